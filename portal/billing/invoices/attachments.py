"""Invoices and credit memos as files that mails bring along."""

from __future__ import annotations

from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.pdf import pdf
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import document
from portal.billing.models.invoices import Invoice
from portal.foundation.clock import local, utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House
from portal.foundation.mail import Contents
from portal.foundation.smtp.files import File, Maker


def make_invoice(house: House, asked: Contents) -> File:
    """The document as it stands when it is sent. The transaction ends before it is made."""
    today = local(utcnow(), house.settings.time_zone).date()
    with transaction(house.sessions) as session:
        invoice = session.get_one(Invoice, asked["invoice_id"])
        data = invoice_data(document(session, invoice), Letterhead.of(house.settings), today)
        name, moment = file_name(invoice.kind.replace("_", "-"), invoice.number), invoice.issued_at
    return File(f"{name}.pdf", pdf("invoice", data, moment=moment))


MAKERS = (Maker("invoice", make_invoice),)
