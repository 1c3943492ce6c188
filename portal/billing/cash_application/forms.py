"""Forms about credit: applying it to invoices, and paying ahead. Parsing only."""

from __future__ import annotations

from portal.web.amount_rows import RowsForm
from portal.web.forms import KeyedForm, MoneyField


class ApplicationForm(RowsForm):
    """Only the amounts beside the invoices, and the key."""


class DepositForm(KeyedForm):
    """A sum to be paid ahead."""

    amount = MoneyField("Amount to pay ahead")
