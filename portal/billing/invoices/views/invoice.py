"""One invoice or credit memo: what was charged, what was paid of it, what is left to do."""

from __future__ import annotations

from flask import current_app, render_template, url_for

from portal.billing.disputes.queries import disputes_of
from portal.billing.invoices.document_words import applied_words, sum_rows
from portal.billing.invoices.page import seen_invoice
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.queries.invoices import invoice_for
from portal.billing.invoices.words import due_words, standing
from portal.billing.pages import blueprint
from portal.billing.promises_to_pay.queries import promises_of
from portal.billing.tabs import payment_page
from portal.foundation.config import Settings
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, today


@blueprint.get("/invoices/<number>")
@needs("invoices:read")
def invoice(number: str) -> str:
    """The document as its company sees it."""
    found = invoice_for(db(), actor(), number)
    doc = document(db(), found)
    settings: Settings = current_app.extensions["settings"]
    seen_invoice(found, len(doc.lines))
    may_pay = actor().can("invoices:pay")
    return render_template(
        "billing/invoices/invoice.html",
        doc=doc,
        invoice=found,
        today=today(),
        standing=standing,
        due_words=due_words,
        sum_rows=sum_rows(found, doc.lines),
        applied=applied_words(doc.applied, found.kind, with_method=may_pay),
        disputes=disputes_of(db(), found.id),
        promises=promises_of(db(), found.id, today=today(), zone=settings.time_zone),
        may_pay=may_pay,
        pay_href=url_for("billing.new_payment", invoice=number) if may_pay else None,
        pdf_href=url_for("billing.invoice_pdf", number=number),
        links_href=url_for("billing.links", number=number) if actor().can("payments:administer") else None,
        dispute_href=url_for("billing.dispute", number=number) if may_pay else None,
        promise_href=url_for("billing.promise", number=number) if may_pay else None,
        order_href=url_for("orders.detail", number=found.order_number) if found.order_number else None,
        invoice_endpoint="billing.invoice",
        payment_href=payment_page(),
    )
