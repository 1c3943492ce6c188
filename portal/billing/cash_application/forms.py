"""What is typed about credit put onto invoices. Parsing only."""

from __future__ import annotations

from portal.web.forms import KeyedForm


class ApplicationForm(KeyedForm):
    """Nothing but the key: the amounts stand beside the invoices."""
