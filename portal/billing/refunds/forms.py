"""What staff type about refunds. Parsing only."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, StringField

from portal.web.forms import KeyedForm, MoneyField


class RefundForm(KeyedForm):
    """Money to be given back."""

    credit_memo = HiddenField()
    amount = MoneyField("Amount to give back")
    reason = StringField("Why", render_kw={"maxlength": "300", "autocomplete": "off"})
    agreed = BooleanField("Open these invoices again")
    above_limit = BooleanField("Give it back although credit in use passes the limit")
