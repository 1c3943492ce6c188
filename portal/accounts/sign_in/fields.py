"""Form fields about people: mail address, name, new password."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import Email, InputRequired, Length

from portal.accounts.sign_in.guessable import SHORTEST


def lower(value: Any) -> Any:
    """Filter for mail addresses: they are stored in lower case."""
    return value.lower() if isinstance(value, str) else value


def one_line(value: Any) -> Any:
    """Filter for names: mail subjects contain them, and a line break there would start the body."""
    return " ".join(value.split()) if isinstance(value, str) else value


def email_field(label: str = "E-mail", **attributes: str) -> EmailField:
    """A required mail address."""
    return EmailField(
        label,
        [
            InputRequired("Enter an e-mail address."),
            Length(max=254),
            Email("Enter an address like name@company.com."),
        ],
        filters=[lower],
        render_kw={"autocapitalize": "none", "spellcheck": "false", **attributes},
    )


def name_field(label: str = "Name", **attributes: str) -> StringField:
    """A person's name, required."""
    validators = [InputRequired("Enter a name."), Length(max=120, message="Use at most 120 characters.")]
    return StringField(label, validators, filters=[one_line], render_kw=attributes)


def new_password_field() -> PasswordField:
    """A password to be chosen; the use case decides whether it is good enough."""
    return PasswordField(
        "New password",
        [InputRequired("Choose a password."), Length(max=1000)],
        description=f"At least {SHORTEST} characters. A few words together are good.",
        render_kw={"autocomplete": "new-password"},
    )
