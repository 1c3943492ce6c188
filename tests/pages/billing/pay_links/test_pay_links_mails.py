"""What mails about pay links say where an early-payment discount applies on their day."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from portal.billing.models.credit import PaymentTerms
from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail
from portal.worker.delivery import Delivery
from tests.builders import today
from tests.domain.billing.documents.test_document_mails import body
from tests.page import PageClient
from tests.pages.billing.pay_links.test_pay_links import back, make
from tests.paying import Till


@pytest.fixture
def owner(paying_app: Flask, till: Till) -> PageClient:
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    return client


@pytest.fixture(autouse=True)
def terms(till: Till) -> None:
    """2 % within ten days."""
    with till.sessions.begin() as session:
        session.add(PaymentTerms(company_id=till.company.id, discount_bp=200, discount_days=10))


def written(till: Till, engine: Engine, settings: Settings, kind: str, to: str) -> tuple[str, str]:
    """Subject and words of the mail that goes out."""
    with till.sessions() as session:
        query = select(OutboundMail).where(OutboundMail.kind == kind, OutboundMail.to_email == to)
        message = Delivery(settings, engine)._message(session.scalars(query).one())
    return str(message["Subject"]), body(message)


@pytest.mark.parametrize("path", ["/invoices/{number}/links", "/statements/{month}/links"])
def test_the_subject_says_what_is_due_today(
    owner: PageClient, till: Till, engine: Engine, settings: Settings, path: str
) -> None:
    """Seen failing with 100.00 in the subject, of which 98.00 settles all."""
    invoice = till.invoice(10_000, on=today())
    address = path.format(number=invoice.number, month=f"{today():%Y-%m}")
    make(owner, address, email="books@example.com")
    subject, words = written(till, engine, settings, "pay_link", "books@example.com")
    assert subject.endswith(": $98.00 to pay")
    assert "100.00" not in subject + words


def test_the_receipt_at_the_payers_address_has_the_discount(
    owner: PageClient, till: Till, engine: Engine, settings: Settings, paying_app: Flask
) -> None:
    """98.00 came and settled 100.00. Seen failing with 98.00 settled and 2.00 open."""
    invoice = till.invoice(10_000, on=today())
    path = make(owner, f"/invoices/{invoice.number}/links")
    payer = PageClient(paying_app)
    payer.get(path)
    url = payer.post(path, {"method": "card"}, status=303).headers["Location"]
    till.by_card(url, email="outsider@example.com")
    back(payer, till)
    subject, words = written(till, engine, settings, "payment_received", "outsider@example.com")
    assert subject.endswith("received: $98.00")
    assert "we have received $98.00" in words
    assert f"{invoice.number}: $100.00 settled" in words
    assert "still open" not in words
    assert f"{settings.public_url}/pay/returned/" in words
