"""Forms about second factors."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.accounts.sign_in.fields import as_known, one_line
from portal.web.forms import PortalForm

CODE = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
# The fields of a proof travel with those of the form that it is for, so their names are their own.
PROOF = ("proof_code", "proof_password", "proof_answer")


class ProofForm(PortalForm):
    """A code, a passkey's answer (filled in by the script) or the password, whichever the page asks for."""

    proof_code = StringField(
        "Code",
        [Length(max=60)],
        description="Six digits from your authenticator app, or one of your recovery codes.",
        render_kw=CODE,
    )
    proof_password = PasswordField(
        "Your password", [Length(max=1000)], render_kw={"autocomplete": "current-password"}
    )
    proof_answer = HiddenField("", [Length(max=20_000)])
    next = HiddenField()


class AppForm(PortalForm):
    code = StringField(
        "Code",
        [InputRequired("Enter the code that your app shows."), Length(max=20)],
        description="Six digits; a new one every 30 seconds.",
        render_kw={**CODE, "inputmode": "numeric"},
    )


class PasskeyForm(PortalForm):
    name = StringField(
        "Name",
        [InputRequired("Give the passkey a name."), Length(max=60, message="Use at most 60 characters.")],
        filters=[one_line],
        description="For example the device that it is on.",
        render_kw={"autocomplete": "off"},
    )
    answer = HiddenField("", [InputRequired("Use the button: it asks your device."), Length(max=20_000)])


class ResetForm(PortalForm):
    email = EmailField(
        "E-mail",
        [InputRequired("Enter the person's e-mail address."), Length(max=254)],
        filters=[as_known],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
