"""Forms about credit: applying it to invoices, and paying ahead. Parsing only."""

from __future__ import annotations

from portal.billing.settlement.forms import ChoiceForm
from portal.web.forms import KeyedForm, MoneyField


class ApplicationForm(ChoiceForm):
    """Only the amounts beside the invoices, the ways to find them, and the key."""


class DepositForm(KeyedForm):
    """A sum to be paid ahead."""

    amount = MoneyField("Amount to pay ahead")
