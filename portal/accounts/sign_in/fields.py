"""Form fields about people: mail address, name, new password."""

from __future__ import annotations

import re
from typing import Any

from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from portal.accounts.sign_in.guessable import SHORTEST
from portal.accounts.sign_in.names import name_problem
from portal.foundation.smtp.addresses import known_form
from portal.web.forms import MailAddress


def as_known(value: Any) -> Any:
    """Filter for mail addresses of people who may be there: as they are stored."""
    return known_form(value) if isinstance(value, str) else value


def one_line(value: Any) -> Any:
    """Filter for names: mail subjects contain them, and a line break there would start the body."""
    return " ".join(value.split()) if isinstance(value, str) else value


def email_field(label: str = "E-mail", **attributes: str) -> EmailField:
    """A required mail address."""
    return EmailField(
        label,
        [InputRequired("Enter an e-mail address."), Length(max=254), MailAddress()],
        render_kw={"autocapitalize": "none", "spellcheck": "false", **attributes},
    )


def _a_name(form: Any, field: Any) -> None:
    if (problem := name_problem(field.data or "")) is not None:
        raise ValidationError(problem)


# What mail programs make a link of, and what reads like an address; a name has a blank after its dots.
_LINK = re.compile(r"://|www\.|@|/|\w\.\w{2}", re.IGNORECASE)


def no_link(form: Any, field: Any) -> None:
    """Validator: names stand in mails to others, who must not be led anywhere by them."""
    if field.data and _LINK.search(field.data):
        raise ValidationError("Leave out web and mail addresses. After a dot, type a space.")


def name_field(label: str = "Name", **attributes: str) -> StringField:
    """A person's name, required."""
    validators = [
        InputRequired("Enter a name."),
        Length(max=120, message="Use at most 120 characters."),
        _a_name,
        no_link,
    ]
    return StringField(label, validators, filters=[one_line], render_kw=attributes)


def new_password_field() -> PasswordField:
    """A password to be chosen; the use case decides whether it is good enough."""
    return PasswordField(
        "New password",
        [InputRequired("Choose a password."), Length(max=1000)],
        description=f"At least {SHORTEST} characters. A few words together are good.",
        render_kw={"autocomplete": "new-password"},
    )
