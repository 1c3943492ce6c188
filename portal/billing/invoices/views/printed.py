"""Invoices and credit memos as PDF."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.billing.documents.pdf import TooLong
from portal.billing.invoices.page import printed
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.queries.invoice import invoice_for
from portal.billing.pages import blueprint
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db
from portal.web.ui import flash


@blueprint.get("/invoices/<number>.pdf", endpoint="invoice_pdf")
@needs("invoices:read")
def show_invoice_pdf(number: str) -> AnyResponse:
    """The document as its company keeps it."""
    doc = document(db(), invoice_for(db(), actor(), number))
    try:
        return printed(doc)
    except TooLong:
        flash("error", "This document has too many lines for a PDF. Everything is on this page.")
        return redirect(url_for("billing.invoice", number=number))
