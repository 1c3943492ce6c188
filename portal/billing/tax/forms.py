"""What people type about tax exemptions. Parsing only; use cases decide."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import DateField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from portal.billing.tax.exemption_rules import MAX_NUMBER, MAX_REGION, REASONS
from portal.web.forms import PortalForm


class ExemptionForm(PortalForm):
    """A certificate and its file."""

    region = StringField(
        "State", render_kw={"maxlength": str(MAX_REGION), "list": "regions", "autocomplete": "off"}
    )
    reason = SelectField(
        "Reason",
        choices=[
            SelectChoice("", "Choose"),
            *(SelectChoice(value, words) for value, words in REASONS.items()),
        ],
        validate_choice=False,
    )
    number = StringField(
        "Certificate number", render_kw={"maxlength": str(MAX_NUMBER), "autocomplete": "off"}
    )
    valid_from = DateField("Valid from", [Optional()])
    valid_to = DateField("Valid until", [Optional()])
    file = FileField("The certificate", render_kw={"accept": ".pdf,.png,.jpg,.jpeg"})
