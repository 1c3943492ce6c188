"""The worklist of accounts receivable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.credit import CreditAccount
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.stripe_facts import Discrepancy
from portal.billing.worklist.queries import overdue_companies
from tests.builders import NOW, Build, today
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting", terms_days=30)


def test_the_worklist(client: PageClient, session: Session, build: Build, company: Company) -> None:
    client.sign_in(build.user(kind="admin").email)
    client.get("/billing")
    for words in ("Nobody is overdue", "Nothing is contested", "All money is set against invoices"):
        assert words in client.text, words
    invoice = make_invoice(session, company, net=10_000, on=today() - timedelta(days=42))
    make_invoice(
        session, build.company("Bigger Ltd", terms_days=0), net=20_000, on=today() - timedelta(days=2)
    )
    make_invoice(session, build.company("In Time Ltd"), on=today())
    pay_offline(session, company, 4_000)
    session.add(
        InvoiceDispute(
            invoice_id=invoice.id,
            company_id=company.id,
            amount_minor=500,
            currency="USD",
            reason="price",
            opened_at=NOW,
        )
    )
    session.add(Discrepancy(key="x", kind="charge", words="A charge", found_at=NOW, seen_at=NOW))
    account = session.get_one(CreditAccount, company.id)
    account.on_hold = True
    session.commit()
    client.get("/billing")
    for words in (
        "Bigger Ltd",
        "$200.00",
        "2 days overdue",
        "Harbor Painting",
        "12 days overdue",
        "On hold",
        "$5.00",
        "$40.00",
        "Discrepancies 1",
        "Disputes 1",
        "The price is not what was agreed",
    ):
        assert words in client.text, words
    assert client.text.index("Bigger Ltd") < client.text.index("12 days overdue")
    assert "In Time Ltd" not in client.text


def test_overdue_companies_page_by_page(session: Session, build: Build) -> None:
    made = []
    for n in range(30):
        company = build.company(terms_days=0, currency="EUR" if n % 7 == 0 else "USD")
        make_invoice(session, company, net=1_000 + n // 2, on=today() - timedelta(days=3))
        made.append(company.id)
    seen, after = [], None
    while True:
        page = overdue_companies(session, today(), after=after)
        seen += page.rows
        after = page.next_cursor
        if after is None:
            break
    assert sorted(row.company_id for row in seen) == sorted(made)
    amounts = [row.overdue_minor for row in seen]
    assert amounts == sorted(amounts, reverse=True)
