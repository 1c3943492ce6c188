"""One invoice or credit memo: what was charged, what was paid of it, what is left to do."""

from __future__ import annotations

from flask import render_template, url_for

from portal.billing.invoices.page import InvoiceLinks, invoice_page
from portal.billing.invoices.queries.invoice import invoice_for
from portal.billing.models.invoices import Invoice
from portal.billing.pages import blueprint
from portal.billing.tabs import payment_page
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@blueprint.get("/invoices/<number>", endpoint="invoice")
@needs("invoices:read")
def show_invoice(number: str) -> str:
    """The document as its company sees it."""
    found = invoice_for(db(), actor(), number)
    shown = invoice_page(found, _links(found), with_method=actor().can("invoices:pay"))
    return render_template("billing/invoices/invoice.html", shown=shown)


def _links(invoice: Invoice) -> InvoiceLinks:
    number, may_pay = invoice.number, actor().can("invoices:pay")
    may_link = actor().can("payments:administer")
    return InvoiceLinks(
        invoice_endpoint="billing.invoice",
        payment=payment_page(),
        pdf=url_for("billing.invoice_pdf", number=number),
        order=url_for("orders.detail", number=invoice.order_number) if invoice.order_number else None,
        pay=url_for("billing.new_payment", invoice=number) if may_pay else None,
        dispute=url_for("billing.dispute", number=number) if may_pay else None,
        promise=url_for("billing.promise", number=number) if may_pay else None,
        pay_links=url_for("billing.links", number=number) if may_link else None,
    )
