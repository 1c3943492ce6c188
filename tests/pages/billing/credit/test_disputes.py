"""Disputes as pages: from opening to the answer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.invoices.use_cases.issue import Line
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.foundation.mail import OutboundMail
from tests.builders import Build
from tests.invoices import make_invoice
from tests.page import PageClient


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


def test_a_dispute_from_opening_to_answer(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice = make_invoice(session, company, net=10_000)
    client.sign_in(build.user(company, name="Dana Ortiz").email)
    address = f"/invoices/{invoice.number}/disputes"
    client.get(address)
    assert 'value="100.00"' in client.body
    wrong = {"amount": "100.01", "reason": "price", "note": "Agreed was 41.20"}
    client.post(address, wrong, status=422)
    assert "at most $100.00" in client.text
    assert "Agreed was 41.20" in client.text
    client.post(address, {**wrong, "amount": "ten"}, status=422)
    assert "Enter an amount like 1,234.50." in client.text
    client.post(address, {**wrong, "amount": "10", "reason": "weather"}, status=422)
    client.follow(client.post(address, {**wrong, "amount": "10.50"}))
    assert "We look into" in client.text
    client.get(address)
    assert "Waits for our answer" in client.text
    client.post(address, {**wrong, "amount": "1"}, status=422)
    assert "open already" in client.text
    dispute = session.scalars(select(InvoiceDispute)).one()
    staff = PageClient(client.http.application)
    staff.sign_in(build.user(kind="admin", name="Maria Chen").email)
    answer = f"/customers/{company.code}/disputes/{dispute.id}"
    staff.get(answer)
    assert "Agreed was 41.20" in staff.text
    staff.post(answer, {"outcome": "credited", "amount": "10.50", "answer": ""}, status=422)
    assert "Write an answer" in staff.text
    staff.post(answer, {"outcome": "credited", "amount": "x", "answer": "You are right."}, status=422)
    staff.follow(staff.post(answer, {"outcome": "credited", "amount": "10.50", "answer": "You are right."}))
    client.get(address)
    for words in ("Credited", "You are right.", "Maria Chen", "credit memo CM-", "$89.50"):
        assert words in client.text, words
    staff.post(answer, {"outcome": "upheld", "answer": "Once more"}, status=422)
    assert "closed already" in staff.text
    mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "dispute_settled")).one()
    assert mail.data["outcome"] == "credited"


def test_an_answer_credits_the_chosen_lines(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    """Each at its own tax. Seen failing before: the taxed line's tax came back in proportion of the whole invoice."""
    lines = [
        Line("Paint", 1, Decimal("100"), 10_000, tax_share=Decimal("0.08"), tax_minor=800),
        Line("Freight", 1, Decimal("100"), 10_000),
    ]
    invoice = make_invoice(session, company, lines=lines)
    client.sign_in(build.user(company).email)
    client.get(f"/invoices/{invoice.number}/disputes")
    client.post(
        f"/invoices/{invoice.number}/disputes", {"amount": "54", "reason": "damaged", "note": "Half of it"}
    )
    dispute = session.scalars(select(InvoiceDispute)).one()
    staff = PageClient(client.http.application)
    staff.sign_in(build.user(kind="admin").email)
    answer = f"/customers/{company.code}/disputes/{dispute.id}"
    staff.get(answer)
    assert f"Lines of {invoice.number}" in staff.text
    given = {"outcome": "credited", "amount": "54", "answer": "You are right."}
    staff.post(answer, {**given, "line": "9"}, status=422)
    assert "This invoice has no such line. Choose again." in staff.text
    staff.post(answer, {**given, "line": "1"})
    memo = session.scalars(select(Invoice).where(Invoice.kind == "credit_memo")).one()
    assert (memo.net_minor, memo.tax_minor) == (-5_000, -400)


def test_a_dispute_is_taken_back(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice = make_invoice(session, company)
    client.sign_in(build.user(company).email)
    address = f"/invoices/{invoice.number}/disputes"
    client.post(address, {"amount": "1", "reason": "other", "note": ""})
    client.get(address)
    client.follow(client.post(f"{address}/withdrawal"))
    assert "It is taken back." in client.text
    assert session.scalar(select(InvoiceDispute.outcome)) == "withdrawn"
