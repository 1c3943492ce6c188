"""The receipt of a payment as PDF: in mails to addresses, and to fetch."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.documents.letterhead import Letterhead
from portal.billing.documents.pdf import pdf
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.billing.settlement.queries import buyer_of_payment, received
from portal.billing.settlement.receipt_sheet import receipt_data
from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail
from portal.worker.delivery import Delivery
from tests.builders import NOW, Build
from tests.domain.billing.documents.test_billing_details import BILL_AS, SELLER
from tests.domain.billing.documents.test_document_mails import box, pdf_of
from tests.invoices import make_invoice, pay_offline
from tests.reading.pdf_text import words

HEAD = Letterhead("Northlight Coatings", "https://orders.example", identity=SELLER)


def printed(session: Session, payment: Payment) -> str:
    session.refresh(payment)
    data = receipt_data(received(session, payment), HEAD, buyer=buyer_of_payment(session, payment))
    return words(pdf("receipt", data, moment=payment.received_at))


def test_it_says_what_was_paid_saved_and_left(session: Session, build: Build) -> None:
    company = build.company("Harbor Painting", bill_as=BILL_AS)
    first, second = (make_invoice(session, company, net=10_000) for _ in range(2))
    payment = pay_offline(session, company, 15_000, {first: 9_800, second: 4_000}, discount=200)
    found = printed(session, payment)
    for line in (
        "Harbor Painting, LLC",
        "9 Mill Lane",
        "EIN 00-0000000",
        f"{first.number} $2.00 $98.00 $0.00",
        f"{second.number} $40.00 $60.00",
        "Set against these documents $138.00",
        "Received $150.00",
        "Of it on account $12.00",
    ):
        assert line in found, found
    assert "Taken back" not in found


@pytest.mark.parametrize("listed", [True, False])
def test_an_address_gets_the_receipt_of_a_cheque(
    session: Session, build: Build, settings: Settings, listed: bool
) -> None:
    """One for documents, or the company's own, where nobody can sign in."""
    company = build.company("Harbor Painting", email="ap@h.example")
    if listed:
        box(session, company, "ap@h.example", kinds=["receipt"])
    invoice = make_invoice(session, company, net=10_000)
    staff = build.actor(build.user(kind="admin"))
    day = invoice.issued_on
    money = OfflinePayment("cheque", 10_000, day, reference="1007", parts={invoice.id: 10_000})
    paid = receive_payment(session, actor=staff, company=company, money=money, key="k", now=NOW, today=day)
    session.commit()
    mail = session.scalars(select(OutboundMail).where(OutboundMail.to_email == "ap@h.example")).one()
    message = Delivery(settings, session.get_bind())._message(mail)  # type: ignore[arg-type]
    name, text = pdf_of(message)
    assert name == f"receipt-{paid.number}.pdf"
    assert invoice.number in text
