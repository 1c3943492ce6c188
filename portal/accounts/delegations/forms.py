"""The form with which a rep begins to act for a customer."""

from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.validators import Length

from portal.web.forms import PortalForm


class ActingForm(PortalForm):
    subject = SelectField("Acting for", coerce=int, validate_choice=False)
    reason = StringField(
        "Reason",
        [Length(max=1000)],
        description="The customer reads this, for example: asked on the phone to reorder for Elm Street.",
    )
