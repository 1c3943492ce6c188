"""The receipt of a payment, from the list of payments."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.builders import Build
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.documents.customer import Customer
from tests.reading.pdf_text import words


def test_the_list_of_payments_leads_to_the_receipt(
    buyer: PageClient, customer: Customer, session: Session, build: Build
) -> None:
    invoice = customer.invoice(net=10_000)
    payment = pay_offline(session, customer.company, 10_000, invoice)
    assert f'href="/receipts/{payment.number}.pdf"' in buyer.get("/payments").get_data(as_text=True)
    answer = buyer.http.get(f"/receipts/{payment.number}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    found = words(answer.get_data())
    assert invoice.number in found
    assert "Harbor Painting" in found
    other = build.company()
    theirs = pay_offline(session, other, 500, make_invoice(session, other, net=500))
    buyer.get(f"/receipts/{theirs.number}.pdf", status=404)
    buyer.get("/receipts/PAY-0.pdf", status=404)
