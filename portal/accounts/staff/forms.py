"""Forms about the seller's own people."""

from __future__ import annotations

from wtforms import RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.fields import email_field, name_field
from portal.web.forms import PortalForm

STAFF_CHOICES = tuple(SelectChoice(kind, ROLE_LABELS[kind]) for kind in ("rep", "support", "store", "admin"))


class StaffForm(PortalForm):
    email = email_field()
    name = name_field()
    kind = RadioField("Does", choices=STAFF_CHOICES, default="rep")
    store_code = SelectField("Store", description="For store associates.")


class AssignmentForm(PortalForm):
    code = StringField(
        "Company code",
        [InputRequired("Enter a company's code."), Length(max=60)],
        description="As on its page.",
    )
