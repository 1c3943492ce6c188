"""What people type about accounts. Forms parse; the use cases decide."""

from __future__ import annotations

from typing import Any

from wtforms import (
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional

from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.passwords import SHORTEST
from portal.accounts.time_zones import zones_with
from portal.web.forms import PortalForm

ROLE_CHOICES = (
    SelectChoice("viewer", "Viewer: sees products, prices and orders"),
    SelectChoice("buyer", "Buyer: orders and reorders"),
    SelectChoice("approver", "Approver: orders, and approves what others order"),
    SelectChoice("company_admin", "Company admin: everything, with people and settings"),
)
STAFF_CHOICES = tuple(SelectChoice(kind, ROLE_LABELS[kind]) for kind in ("rep", "support", "store", "admin"))
LANGUAGES = (SelectChoice("en", "English"), SelectChoice("es", "Español"), SelectChoice("fr", "Français"))


def lower(value: Any) -> Any:
    """Filter for mail addresses: they are kept in lower case."""
    return value.lower() if isinstance(value, str) else value


def one_line(value: Any) -> Any:
    """Filter for names: they stand in subjects of mails, where a line end would begin the text."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _email(label: str = "E-mail", **attributes: str) -> EmailField:
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


def _name(label: str = "Name", **attributes: str) -> StringField:
    validators = [InputRequired("Enter a name."), Length(max=120, message="Use at most 120 characters.")]
    return StringField(label, validators, filters=[one_line], render_kw=attributes)


def _new_password() -> PasswordField:
    return PasswordField(
        "New password",
        [InputRequired("Choose a password."), Length(max=1000)],
        description=f"At least {SHORTEST} characters. A few words together are good.",
        render_kw={"autocomplete": "new-password"},
    )


class SignInForm(PortalForm):
    # What a person mistypes here gets the same answer as an unknown address; no check of its form.
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


class ForgotForm(PortalForm):
    email = _email(autocomplete="username")


class ResetForm(PortalForm):
    token = HiddenField()
    password = _new_password()


class InvitationForm(PortalForm):
    """The answer of somebody new."""

    token = HiddenField()
    name = _name("Your name", autocomplete="name")
    password = _new_password()


class JoinForm(PortalForm):
    """The answer of somebody who has a password already."""

    token = HiddenField()


class ProfileForm(PortalForm):
    name = _name(autocomplete="name")
    phone = TelField("Phone", [Optional(), Length(max=40)], render_kw={"autocomplete": "tel"})
    language = SelectField(
        "Language", description="Pages and mails are in English for now; we keep your wish."
    )
    time_zone = SelectField("Time zone", description="Times are shown in this zone.")

    def offer(self, language: str, zone: str) -> None:
        """Fill the lists, with the person's own language and zone in them however rare they are."""
        known = {choice.value for choice in LANGUAGES}
        own = [] if language in known else [SelectChoice(language, language)]
        self.language.choices = [*own, *LANGUAGES]
        self.time_zone.choices = [SelectChoice(name, words) for name, words in zones_with(zone)]


class PasswordForm(PortalForm):
    current = PasswordField(
        "Current password",
        [InputRequired("Enter your current password."), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    password = _new_password()


class JobsForm(PortalForm):
    names = TextAreaField(
        "Jobs",
        [InputRequired("Enter at least one name."), Length(max=40_000)],
        description="One a line, up to 150. From a spreadsheet, a second column is taken as the PO number.",
        render_kw={"rows": 5},
    )


class InviteForm(PortalForm):
    email = _email()
    name = _name()
    role = RadioField("Role", choices=ROLE_CHOICES, default="buyer")


class OrderLimitForm(PortalForm):
    """What somebody may order without another person's yes."""

    limit = StringField(
        "Orders alone up to",
        description="With tax, for each order. What is above it waits for an approver. Leave it empty for any amount.",
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": "30"},
    )


class RoleForm(PortalForm):
    role = RadioField("Role", choices=ROLE_CHOICES)


class ActingForm(PortalForm):
    subject = SelectField("Acting for", coerce=int, validate_choice=False)
    reason = StringField(
        "Reason",
        [Length(max=1000)],
        description="The customer reads this, for example: asked on the phone to reorder for Elm Street.",
    )


class StaffForm(PortalForm):
    email = _email()
    name = _name()
    kind = RadioField("Does", choices=STAFF_CHOICES, default="rep")
    store_code = SelectField("Store", description="For store associates.")


class AssignmentForm(PortalForm):
    code = StringField(
        "Company code",
        [InputRequired("Enter a company's code."), Length(max=60)],
        description="As on its page.",
    )


class ContextForm(PortalForm):
    """Buttons of the context page: one of the three is sent."""

    company_id = IntegerField(validators=[Optional()])
    job_id = IntegerField(validators=[Optional()])
    store_id = IntegerField(validators=[Optional()])
    next = HiddenField()
