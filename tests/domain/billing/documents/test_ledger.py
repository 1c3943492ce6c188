"""The books: balanced, append-only, once per fact, and what is derived from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import BANK, RECEIVABLE, UNAPPLIED
from portal.billing.credit.queries.credit import credit_of
from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.foundation.actor import SYSTEM
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build


def new(company: Company, *, key: str = "test:1", net: int = 10_000, tax: int = 800) -> NewDocument:
    line = Line(
        "Satin paint", 2, Decimal("50.0000"), net, sku="P-1", tax_minor=tax, tax_share=Decimal("0.08")
    )
    kind = "invoice" if net >= 0 else "credit_memo"
    return NewDocument(kind, company.id, company.currency, key, date(2026, 6, 2), [line])


def issued(session: Session, company: Company, **fields: object) -> Invoice:
    document = issue(session, new(company, **fields), actor=SYSTEM, now=NOW)  # type: ignore[arg-type]
    session.commit()
    assert document is not None
    return document


def used(session: Session, company: Company) -> int:
    account = credit_of(session, company.id)
    assert account is not None
    return account.used_minor


def test_an_invoice_is_owed_from_the_moment_it_is_issued(session: Session, build: Build) -> None:
    company = build.company()
    invoice = issued(session, company)
    assert (invoice.total_minor, invoice.open_minor, invoice.settled_at) == (10_800, 10_800, None)
    assert (invoice.due_on, invoice.terms_words) == (date(2026, 7, 2), "Net 30")
    assert used(session, company) == 10_800
    assert session.scalars(select(Touchpoint.name)).all() == ["invoice_issued"]


def test_it_is_issued_once(session: Session, build: Build) -> None:
    company = build.company()
    issued(session, company)
    assert issue(session, new(company), actor=SYSTEM, now=NOW) is None
    assert used(session, company) == 10_800


def test_a_credit_memo_is_owed_back_and_pays_an_invoice(session: Session, build: Build) -> None:
    company = build.company()
    invoice = issued(session, company)
    memo = issued(session, company, key="test:2", net=-2_000, tax=0)
    assert (memo.number[:3], memo.open_minor) == ("CM-", -2_000)
    sides = [Side(RECEIVABLE, 2_000, invoice_id=memo.id), Side(RECEIVABLE, -2_000, invoice_id=invoice.id)]
    for again in (False, True):
        assert again != post(
            session,
            key="application:1",
            kind="application",
            company_id=company.id,
            currency="USD",
            occurred_at=NOW,
            sides=sides,
            actor=SYSTEM,
        )
        session.commit()
    session.expire_all()
    assert (invoice.open_minor, memo.open_minor, memo.settled_at) == (8_800, 0, NOW)
    assert used(session, company) == 8_800


def test_money_without_an_invoice_is_unapplied_and_gives_credit(session: Session, build: Build) -> None:
    company = build.company()
    payment = Payment(
        number="PAY-1",
        company_id=company.id,
        kind="cheque",
        amount_minor=5_000,
        currency="USD",
        received_on=date(2026, 6, 2),
        received_at=NOW,
    )
    session.add(payment)
    session.flush()
    sides = [Side(BANK, 5_000, payment_id=payment.id), Side(UNAPPLIED, -5_000, payment_id=payment.id)]
    post(
        session,
        key="payment:PAY-1",
        kind="payment",
        company_id=company.id,
        currency="USD",
        occurred_at=NOW,
        sides=sides,
        actor=SYSTEM,
    )
    session.commit()
    session.expire_all()
    assert payment.unapplied_minor == 5_000
    assert used(session, company) == -5_000


@pytest.mark.parametrize("amounts", [(100, -99), (100,)])
def test_the_database_refuses_what_does_not_balance(
    session: Session, build: Build, amounts: tuple[int, ...]
) -> None:
    """Invariant 1. Seen failing without the trigger ``ledger_entry_posted``."""
    company = build.company()
    session.execute(
        text(
            "insert into ledger_transaction (posting_key, kind, company_id, currency, occurred_at) "
            "values ('x', 'payment', :company, 'USD', now())"
        ),
        {"company": company.id},
    )
    rows = ", ".join(
        f"((select id from ledger_transaction), {n}, {company.id}, 'bank', {amount}, 'USD')"
        for n, amount in enumerate(amounts)
    )
    with pytest.raises(IntegrityError, match="does not balance"):
        session.execute(
            text(
                "insert into ledger_entry (transaction_id, line_no, company_id, account, amount_minor, currency) "
                f"values {rows}"
            )
        )


def test_an_invoice_is_never_paid_beyond_its_total(session: Session, build: Build) -> None:
    """Invariant 3. Seen failing without the constraint ``open_within_total``."""
    company = build.company()
    invoice = issued(session, company)
    sides = [Side(BANK, 10_801), Side(RECEIVABLE, -10_801, invoice_id=invoice.id)]
    with pytest.raises(IntegrityError, match="open_within_total"):
        post(
            session,
            key="payment:x",
            kind="payment",
            company_id=company.id,
            currency="USD",
            occurred_at=NOW,
            sides=sides,
            actor=SYSTEM,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set amount_minor = amount_minor + 1",
        "delete from ledger_entry",
        "delete from ledger_transaction",
        "truncate ledger_entry",
        "update invoice_line set net_minor = 1",
        "update invoice set total_minor = 1, net_minor = 1, tax_minor = 0",
        "delete from invoice_line",
    ],
)
def test_what_is_in_the_books_stays(session: Session, build: Build, statement: str) -> None:
    issued(session, build.company())
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(statement))
