"""The form that applies credit to invoices. Parsing only."""

from __future__ import annotations

from portal.web.amount_rows import RowsForm


class ApplicationForm(RowsForm):
    """Only the amounts beside the invoices, and the key."""
