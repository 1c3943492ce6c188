"""Credit limit and terms of payment, as staff agree on them with a company."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.credit import CreditAccount, PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.verification.run import verify
from tests.builders import Build
from tests.invoices import make_invoice
from tests.page import PageClient

TYPED = {
    "limit": "25,000.50",
    "kind": "eom",
    "days": "10",
    "discount": "2.5",
    "discount_days": "14",
    "invoice_per": "order",
}


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting", code="HP1", limit=1_000_000)


@pytest.fixture
def staff(build: Build, app: Flask) -> PageClient:
    client = PageClient(app)
    client.sign_in(build.user(kind="admin").email)
    return client


def test_what_is_agreed_counts_from_the_next_order_and_invoice(
    company: Company, staff: PageClient, session: Session
) -> None:
    old = make_invoice(session, company, net=1_000, on=date(2026, 6, 2))
    staff.get("/customers/HP1/terms")
    assert "Now: Net 30." in staff.text
    assert 'value="10000.00"' in staff.body
    staff.follow(staff.post("/customers/HP1/terms", TYPED))
    assert "2.5/14 end of month + 10 days" in staff.text
    session.rollback()
    credit, terms = session.get_one(CreditAccount, company.id), session.get_one(PaymentTerms, company.id)
    assert credit.limit_minor == 2_500_050
    assert (terms.kind, terms.days, terms.discount_bp, terms.discount_days, terms.invoice_per) == (
        "eom",
        10,
        250,
        14,
        "order",
    )
    new = make_invoice(session, company, net=1_000, on=date(2026, 6, 2))
    session.expire_all()
    assert session.get_one(Invoice, new.id).due_on == date(2026, 7, 10)
    assert session.get_one(Invoice, old.id).due_on == date(2026, 7, 2)
    fields = session.scalars(
        text("select props->'fields' from touchpoint where name = 'terms_changed'")
    ).one()
    assert set(fields) == {"limit_minor", "kind", "days", "discount_bp", "discount_days", "invoice_per"}
    staff.get("/customers/HP1/terms")
    for value in ("25000.50", "10", "2.5", "14"):
        assert f'value="{value}"' in staff.body
    staff.follow(staff.post("/customers/HP1/terms", TYPED))
    assert "Nothing was different." in staff.text


def test_the_limit_alone_leaves_the_terms_to_the_company(
    company: Company, staff: PageClient, session: Session
) -> None:
    """And a company without a credit account gets one."""
    session.execute(text("delete from credit_account"))
    session.commit()
    staff.get("/customers/HP1/terms")
    staff.post(
        "/customers/HP1/terms",
        {**TYPED, "kind": "net", "days": "30", "discount": "", "invoice_per": "shipment"},
    )
    session.rollback()
    assert session.get_one(CreditAccount, company.id).limit_minor == 2_500_050
    assert session.get(PaymentTerms, company.id) is None


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("limit", "", "Enter an amount like 1,234.50."),
        ("limit", "-1", "Enter an amount like 1,234.50."),
        ("limit", "9" * 40, "That is more than can be handled here."),
        ("kind", "", "Choose how the due day is counted."),
        ("days", "-1", "Enter whole days, like 30."),
        ("days", "999", "Enter whole days from 0 to 365."),
        ("days", "٣٠", "Enter whole days, like 30."),
        ("discount", "51", "Enter a percentage from 0 to 50"),
        ("discount", "2.555", "Enter a percentage from 0 to 50"),
        ("discount_days", "0", "Enter whole days from 1 to 365."),
        ("discount_days", "", "Enter whole days, like 30."),
        ("invoice_per", "week", "Choose what an invoice is for."),
    ],
)
def test_what_cannot_be_agreed_comes_back(
    field: str, typed: str, words: str, company: Company, staff: PageClient, session: Session
) -> None:
    staff.get("/customers/HP1/terms")
    staff.post("/customers/HP1/terms", {**TYPED, field: typed}, status=422)
    assert words in staff.text
    assert typed in staff.body or field == "invoice_per"  # nothing typed is lost
    session.rollback()
    assert session.get_one(CreditAccount, company.id).limit_minor == 1_000_000
    assert session.get(PaymentTerms, company.id) is None


def test_the_books_agree_afterwards(company: Company, staff: PageClient, session: Session) -> None:
    make_invoice(session, company, net=1_000)
    staff.get("/customers/HP1/terms")
    staff.post("/customers/HP1/terms", {**TYPED, "limit": "0"})
    engine = session.get_bind().engine
    assert [each.check.name for each in verify(engine).findings if each.check.name != "log_partitions"] == []
