"""What a customer owes, as staff see it: one company, one document, and the one box."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.disputes import InvoiceDispute
from portal.desk.lookup.queries.search import look_up
from portal.desk.lookup.question import read_question
from tests.builders import NOW, Build, today
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting", terms_days=30)


def test_support_sees_what_the_customer_sees(
    client: PageClient, session: Session, build: Build, company: Company
) -> None:
    late = make_invoice(session, company, net=10_000, on=today() - timedelta(days=42), po_number="7731")
    payment = pay_offline(session, company, 4_000, late, kind="card")
    payment.method_words = "Visa ending 4242"
    session.commit()
    client.sign_in(build.user(kind="support").email)
    client.get(f"/customers/{company.code}")
    assert f"/customers/{company.code}/billing" in client.body
    client.get(f"/customers/{company.code}/billing")
    for words in (
        "Harbor Painting",
        "$60.00",
        "12 days overdue",
        "7731",
        "31–60 days",
        "Bought by month",
        "Credit",
    ):
        assert words in client.text, words
    assert f"/billing/invoices/{late.number}" in client.body
    assert "/payments" not in client.body
    assert client.page is not None
    assert {form.get("action") for form in client.page.iter("form") if form.get("method") == "post"} == {
        "/sign-out"
    }
    client.get(f"/billing/invoices/{late.number}")
    for words in ("Harbor Painting", "-$40.00", "Paid online", "Open $60.00"):
        assert words in client.text, words
    assert "4242" not in client.body
    client.get(f"/customers/{company.code}/billing?status=paid")
    assert "Nothing paid yet" in client.text
    client.get(f"/customers/{company.code}/billing?from=soon", status=422)


def test_a_rep_reads_only_what_is_of_their_companies(
    client: PageClient, session: Session, build: Build, company: Company
) -> None:
    invoice = make_invoice(session, company)
    own, other = build.rep(company), build.rep(build.company())
    for rep, status in ((own, 200), (other, 404)):
        browser = PageClient(client.http.application)
        browser.sign_in(rep.email)
        browser.get(f"/customers/{company.code}/billing", status=status)
        browser.get(f"/billing/invoices/{invoice.number}", status=status)
        browser.get("/billing", status=403)


@pytest.mark.parametrize("many", [1, 30])
def test_budgets(
    client: PageClient, session: Session, build: Build, company: Company, statements: Statements, many: int
) -> None:
    for n in range(many):
        invoice = make_invoice(session, company, net=1_000, on=today() - timedelta(days=40 + n))
        session.add(
            InvoiceDispute(
                invoice_id=invoice.id,
                company_id=company.id,
                amount_minor=5,
                currency="USD",
                reason="price",
                opened_at=NOW,
            )
        )
        make_invoice(session, build.company(terms_days=0), on=today() - timedelta(days=1))
        pay_offline(session, company, 100)
    session.commit()
    client.sign_in(build.user(kind="admin").email)
    for path, most in ((f"/customers/{company.code}/billing", 12), ("/billing", 6)):
        with statements() as heard:
            client.get(path)
        assert len(heard) <= most, (path, heard)


def test_the_one_box_finds_invoices(
    client: PageClient, session: Session, build: Build, company: Company
) -> None:
    invoice = make_invoice(session, company)
    memo = make_invoice(session, company, net=-500)
    digits = invoice.number.removeprefix("INV-")
    support = build.user(kind="support")
    for typed in (invoice.number, invoice.number.lower(), f"inv {digits}", f"INV{digits}", digits):
        found = look_up(session, build.actor(support), read_question(typed))
        assert ("invoice", invoice.number) in {(each.kind, each.ref) for each in found}, typed
    assert memo.number in {
        each.ref for each in look_up(session, build.actor(support), read_question(memo.number))
    }
    client.sign_in(support.email)
    for number in (invoice.number, memo.number):
        response = client.get(f"/lookup?q={number.lower()}", status=302)
        assert response.headers["Location"] == f"/billing/invoices/{number}"
    client.get(f"/lookup?q={invoice.number[:-1]}", headers={"HX-Request": "true"})
    assert invoice.number in client.text
    assert "Harbor Painting" in client.text
    own, other = build.rep(company), build.rep(build.company())
    assert look_up(session, build.actor(own), read_question(invoice.number))
    assert not look_up(session, build.actor(other), read_question(invoice.number))


def test_the_customers_start_page_says_what_is_open(
    client: PageClient, session: Session, build: Build, company: Company
) -> None:
    client.sign_in(build.user(company).email)
    client.get("/")
    assert "Open invoices" not in client.text
    make_invoice(session, company, net=10_000, on=today() - timedelta(days=27))
    client.get("/")
    for words in ("Open invoices", "$100.00", "1 invoice", "due in 3 days", "Pay invoices"):
        assert words in client.text, words
    make_invoice(session, company, net=2_000, on=today() - timedelta(days=42))
    client.get("/")
    for words in ("$120.00", "2 invoices", "$20.00 overdue"):
        assert words in client.text, words
