"""Receipts as files that mails bring along."""

from __future__ import annotations

from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.pdf import pdf
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import buyer_of_payment, received
from portal.billing.settlement.receipt_sheet import receipt_data
from portal.foundation.db import transaction
from portal.foundation.jobs import House
from portal.foundation.mail import Contents
from portal.foundation.smtp.files import File, Maker


def make_receipt(house: House, asked: Contents) -> File:
    """The receipt as it stands when it is sent. The transaction ends before it is made."""
    with transaction(house.sessions) as session:
        payment = session.get_one(Payment, asked["payment_id"])
        data = receipt_data(
            received(session, payment),
            Letterhead.of(house.settings),
            buyer=buyer_of_payment(session, payment),
        )
        name, moment = file_name("receipt", payment.number), payment.received_at
    return File(f"{name}.pdf", pdf("receipt", data, moment=moment))


MAKERS = (Maker("receipt", make_receipt),)
