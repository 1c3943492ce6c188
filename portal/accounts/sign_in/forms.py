"""Forms for signing in and for a forgotten password."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from portal.accounts.sign_in.fields import as_known, email_field, new_password_field
from portal.web.forms import PortalForm


class SignInForm(PortalForm):
    # A mistyped address gets the same answer as an unknown one, so its format is not validated.
    email = EmailField(
        "E-mail",
        [InputRequired("Enter your e-mail address."), Length(max=254)],
        filters=[as_known],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password."), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class ForgotForm(PortalForm):
    email = email_field(autocomplete="username")


class ResetForm(PortalForm):
    token = HiddenField()
    password = new_password_field()
