"""What staff type about money that came outside Stripe. Parsing only."""

from __future__ import annotations

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from portal.billing.offline_payments.rules import OFFLINE_KINDS
from portal.billing.settlement.forms import ChoiceForm
from portal.web.forms import MoneyField


class OfflineForm(ChoiceForm):
    """Money that came outside Stripe, and the amounts of it beside the invoices."""

    kind = SelectField(
        "How it came", choices=[SelectChoice(value, label) for value, label in OFFLINE_KINDS.items()]
    )
    amount = MoneyField("Amount")
    received_on = DateField("Received on", [Optional()])
    reference = StringField("Reference", render_kw={"maxlength": "60", "autocomplete": "off"})
    note = StringField("Note", render_kw={"maxlength": "300", "autocomplete": "off"})
    again = BooleanField("This is another payment")
    rest = BooleanField("Leave what is not put onto invoices unapplied")
