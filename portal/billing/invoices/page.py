"""Looking at one invoice or credit memo, and the touchpoint that says so."""

from __future__ import annotations

from flask import Response, current_app

from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.rendering import pdf
from portal.billing.invoices.facts import InvoiceViewed
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import Document
from portal.billing.models.invoices import Invoice
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.downloads import pdf_download
from portal.web.touch import viewed
from portal.web.transaction import leave, today


def seen_invoice(invoice: Invoice, lines: int) -> None:
    """Note that a document with so many lines was shown, to its company or to staff."""
    viewed(
        InvoiceViewed(number=invoice.number, lines=lines),
        account_id=invoice.company_id,
        store_id=invoice.store_id,
        value_minor=invoice.total_minor,
        currency=invoice.currency,
        links={"invoice_id": invoice.id, "order_id": invoice.order_id},
    )


def printed(doc: Document) -> Response:
    """A document's PDF. The transaction ends before it is made.

    :raises TooLong: when a PDF of it would take too long.
    """
    invoice = doc.invoice
    data = invoice_data(doc, Letterhead.of(current_app.extensions["settings"]), today())
    leave()
    content = pdf("invoice", data, moment=invoice.issued_at)
    viewed(
        DocumentDownloaded(document=invoice.kind, format="pdf", number=invoice.number),
        account_id=invoice.company_id,
        links={"invoice_id": invoice.id},
    )
    return pdf_download(content, file_name(invoice.kind.replace("_", "-"), invoice.number))
