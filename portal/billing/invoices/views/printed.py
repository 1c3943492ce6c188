"""Invoices and credit memos as PDF."""

from __future__ import annotations

from flask import Response, current_app, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.rendering import TooLong, pdf
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import Document, document
from portal.billing.invoices.queries.invoices import invoice_for
from portal.billing.pages import blueprint
from portal.web.access import needs
from portal.web.files import pdf_download
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, leave, today
from portal.web.ui import tell


@blueprint.get("/invoices/<number>.pdf")
@needs("invoices:read")
def invoice_pdf(number: str) -> AnyResponse:
    """The document as its company keeps it."""
    doc = document(db(), invoice_for(db(), actor(), number))
    try:
        return printed(doc)
    except TooLong:
        tell("error", "This document has too many lines for a PDF. Everything is on this page.")
        return redirect(url_for("billing.invoice", number=number))


def printed(doc: Document) -> Response:
    """A document's PDF. The transaction ends before it is made.

    :raises TooLong: when a PDF of it would take too long.
    """
    invoice = doc.invoice
    data = invoice_data(doc, Letterhead.of(current_app.extensions["settings"]), today())
    leave()
    content = pdf("invoice", data, moment=invoice.issued_at)
    viewed(
        "document_downloaded",
        account_id=invoice.company_id,
        links={"invoice_id": invoice.id},
        props={"document": invoice.kind, "format": "pdf", "number": invoice.number},
    )
    return pdf_download(content, file_name(invoice.kind.replace("_", "-"), invoice.number))
