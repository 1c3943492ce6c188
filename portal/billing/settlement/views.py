"""The receipt of a payment, for its company."""

from __future__ import annotations

from flask import Response, current_app
from sqlalchemy import select

from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.pdf import pdf
from portal.billing.models.payments import Payment
from portal.billing.pages import blueprint
from portal.billing.settlement.queries import buyer_of_payment, received
from portal.billing.settlement.receipt_sheet import receipt_data
from portal.foundation.errors import NotFound
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.answers.downloads import pdf_download
from portal.web.answers.heavy import apart
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db


@blueprint.get("/receipts/<number>.pdf", endpoint="receipt_pdf")
@needs("invoices:pay")
def show_receipt_pdf(number: str) -> Response:
    """The receipt as the company keeps it. The transaction ends before the file is made."""
    payment = db().scalar(
        select(Payment).where(Payment.number == number, Payment.company_id == actor().customer_id)
    )
    if payment is None:
        raise NotFound
    head = Letterhead.of(current_app.extensions["settings"])
    data = receipt_data(received(db(), payment), head, buyer=buyer_of_payment(db(), payment))
    moment, company_id, name = payment.received_at, payment.company_id, payment.number
    with apart():
        content = pdf("receipt", data, moment=moment)
    viewed(DocumentDownloaded(document="receipt", format="pdf", number=name), account_id=company_id)
    return pdf_download(content, file_name("receipt", name))
