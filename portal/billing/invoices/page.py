"""Looking at one invoice or credit memo, and the touchpoint that says so."""

from __future__ import annotations

from portal.billing.models.invoices import Invoice
from portal.web.touch import viewed


def seen_invoice(invoice: Invoice, lines: int) -> None:
    """Note that a document with so many lines was shown, to its company or to staff."""
    viewed(
        "invoice_viewed",
        account_id=invoice.company_id,
        store_id=invoice.store_id,
        value_minor=invoice.total_minor,
        currency=invoice.currency,
        links={"invoice_id": invoice.id, "order_id": invoice.order_id},
        props={"number": invoice.number, "lines": lines},
    )
