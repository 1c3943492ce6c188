"""What staff type about credit memos. Parsing only; the use case decides."""

from __future__ import annotations

from wtforms import HiddenField, StringField

from portal.web.forms import MoneyField, PortalForm


class CreditMemoForm(PortalForm):
    """An amount that is credited."""

    token = HiddenField()
    amount = MoneyField("Amount with tax")
    reason = StringField("What for", render_kw={"maxlength": "200", "autocomplete": "off"})
    invoice = StringField(
        "Invoice", render_kw={"maxlength": "40", "autocomplete": "off", "autocapitalize": "characters"}
    )
