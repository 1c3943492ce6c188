"""Credit is kept in one currency: what is owed or paid in another one counts nowhere against the limit."""

from __future__ import annotations

import importlib.util
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import BANK, UNAPPLIED
from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.foundation.actor import SYSTEM
from portal.verification.run import verify
from tests.breaking.broken_rows import damage
from tests.builders import NOW, Build
from tests.invoices import TODAY, make_invoice
from tests.page import PageClient
from tests.placing import used

MIGRATION = Path(__file__).parents[4] / "migrations" / "versions" / "0008_credit_currency.py"


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting", limit=100_000)


def in_yen(session: Session, company: Company, total: int = 10_000) -> Invoice:
    line = Line("Paint", 1, Decimal(total), total)
    new = NewDocument("invoice", company.id, "JPY", f"test:yen:{total}", TODAY, [line])
    made = issue(session, new, actor=SYSTEM, now=NOW)
    session.commit()
    assert made is not None
    return made


def pay_ahead_in_yen(session: Session, company: Company, amount: int) -> None:
    payment = Payment(
        number=f"PAY-Y{amount}",
        company_id=company.id,
        kind="transfer",
        amount_minor=amount,
        currency="JPY",
        received_on=TODAY,
        received_at=NOW,
    )
    session.add(payment)
    session.flush()
    sides = [Side(BANK, amount, payment_id=payment.id), Side(UNAPPLIED, -amount, payment_id=payment.id)]
    post(
        session,
        key=f"payment:{payment.number}",
        kind="payment",
        company_id=company.id,
        currency="JPY",
        occurred_at=NOW,
        sides=sides,
        actor=SYSTEM,
    )
    session.commit()


def broken(engine: Engine) -> list[str]:
    return [each.check.name for each in verify(engine).findings if each.check.name == "credit_used"]


def test_only_its_own_currency_counts(session: Session, engine: Engine, company: Company) -> None:
    """Invariant 6. Seen failing (¥10,000 took $100.00) with the trigger of before migration 0008."""
    make_invoice(session, company, net=5_000)
    yen = in_yen(session, company)
    pay_ahead_in_yen(session, company, 700)
    assert yen.open_minor == 10_000
    assert used(session, company) == 5_000
    assert broken(engine) == []
    damage(engine, "update credit_account set used_minor = used_minor + 9300")
    assert broken(engine) == ["credit_used"]


def test_the_migration_takes_out_what_other_currencies_had_added(
    session: Session, engine: Engine, company: Company, build: Build
) -> None:
    """Once: run again it would take it out again, so the schema's version guards it, as with every migration."""
    other = build.company()
    make_invoice(session, company, net=5_000)
    make_invoice(session, other, net=3_000)
    in_yen(session, company)
    pay_ahead_in_yen(session, company, 700)
    damage(
        engine, f"update credit_account set used_minor = used_minor + 9300 where company_id = {company.id}"
    )
    damage(engine, migration().RECOUNT)
    session.expire_all()
    assert (used(session, company), used(session, other)) == (5_000, 3_000)
    assert broken(engine) == []


def test_the_page_says_so(session: Session, company: Company, build: Build, client: PageClient) -> None:
    client.sign_in(build.user(company).email)
    make_invoice(session, company, net=5_000)
    client.get("/account/billing")
    assert "does not count" not in client.text
    in_yen(session, company)
    client.get("/account/billing")
    assert "$50.00 used" in client.text
    assert "Credit is kept in USD: what is open or paid in JPY does not count." in client.text
    staff = PageClient(client.http.application)
    staff.sign_in(build.user(kind="support").email)
    staff.get(f"/customers/{company.code}/billing")
    assert "what is open or paid in JPY does not count" in staff.text


def test_a_company_without_a_credit_account_is_judged_by_its_own_currency(
    session: Session, engine: Engine, company: Company
) -> None:
    session.execute(text("delete from credit_account"))
    session.commit()
    in_yen(session, company)
    assert broken(engine) == []


def migration() -> ModuleType:
    """The migration's own statements."""
    spec = importlib.util.spec_from_file_location("credit_currency", MIGRATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
