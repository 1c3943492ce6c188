"""What people type about accounts. Forms parse; the use cases decide."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, HiddenField, IntegerField, PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from portal.web.forms import PortalForm


def lower(value: Any) -> Any:
    """Filter for mail addresses: they are kept in lower case."""
    return value.lower() if isinstance(value, str) else value


class SignInForm(PortalForm):
    email = EmailField(
        "E-mail",
        [InputRequired("Enter your e-mail address."), Length(max=254)],
        filters=[lower],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password."), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class EmptyForm(PortalForm):
    """A button."""

    submit = SubmitField()


class ActingForm(PortalForm):
    subject = IntegerField("Person", [InputRequired("Choose the person you are acting for.")])
    reason = StringField(
        "Reason", [InputRequired("Say why, in a few words. The customer reads this."), Length(max=200)]
    )
