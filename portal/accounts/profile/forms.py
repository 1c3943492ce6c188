"""Forms about one's own account."""

from __future__ import annotations

from wtforms import BooleanField, PasswordField, SelectField, TelField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from portal.accounts.profile.time_zones import zones_with
from portal.accounts.sign_in.fields import name_field, new_password_field
from portal.web.forms import PortalForm

LANGUAGES = (SelectChoice("en", "English"), SelectChoice("es", "Español"), SelectChoice("fr", "Français"))


class ProfileForm(PortalForm):
    name = name_field(autocomplete="name")
    phone = TelField("Phone", [Optional(), Length(max=40)], render_kw={"autocomplete": "tel"})
    language = SelectField(
        "Language", description="Pages and mails are in English for now; we keep your wish."
    )
    time_zone = SelectField("Time zone", description="Times are shown in this zone.")

    def offer(self, language: str, zone: str) -> None:
        """Fill the lists; the person's own language and zone are always among them."""
        known = {choice.value for choice in LANGUAGES}
        own = [] if language in known else [SelectChoice(language, language)]
        self.language.choices = [*own, *LANGUAGES]
        self.time_zone.choices = [SelectChoice(name, words) for name, words in zones_with(zone)]


class MailsForm(PortalForm):
    """How mails about documents come to a person."""

    attach_documents = BooleanField(
        "Attach the document to mails about it", description="Invoices, credit memos and statements, as PDF."
    )


class PasswordForm(PortalForm):
    current = PasswordField(
        "Current password",
        [InputRequired("Enter your current password."), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    password = new_password_field()
