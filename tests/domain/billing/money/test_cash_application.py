"""Unapplied cash and credit memos go onto invoices and come off again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.cash_application.queries import applications, unapplied_cash
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit
from portal.billing.cash_application.use_cases.undo import undo_application
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from tests.builders import NOW, Build
from tests.invoices import make_invoice, pay_offline

TODAY = NOW.date()


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def staff(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def open_of(session: Session, *invoices: Invoice) -> list[int]:
    session.expire_all()
    return [session.get_one(Invoice, each.id).open_minor for each in invoices]


def use(session: Session, actor: Actor, source: Source, parts: dict[Invoice, int], key: str = "k1") -> bool:
    company_id = next(iter(parts)).company_id
    done = apply_credit(
        session,
        actor=actor,
        company_id=company_id,
        source=source,
        parts={i.id: x for i, x in parts.items()},
        key=key,
        now=NOW,
    )
    session.commit()
    return done


def test_unapplied_cash_is_applied_once_and_taken_back_once(
    session: Session, build: Build, company: Company, staff: Actor
) -> None:
    buyer = build.actor(build.user(company), company)
    payment = pay_offline(session, company, 5_000)
    first, second = make_invoice(session, company, net=3_000), make_invoice(session, company, net=3_000)
    cash = Source("cash", payment.id)
    assert use(session, buyer, cash, {first: 3_000, second: 1_000})
    assert not use(session, buyer, cash, {first: 3_000, second: 1_000})
    assert open_of(session, first, second) == [0, 2_000]
    assert session.get_one(Payment, payment.id).unapplied_minor == 1_000
    (done,) = applications(session, company.id)
    assert (done.amount_minor, done.is_undone) == (4_000, False)
    for again in (False, True):
        undone = undo_application(
            session, actor=staff, company_id=company.id, transaction_id=done.transaction_id, now=NOW
        )
        session.commit()
        assert undone is not again
    assert open_of(session, first, second) == [3_000, 3_000]
    assert session.get_one(Payment, payment.id).unapplied_minor == 5_000
    assert applications(session, company.id)[0].is_undone


def test_what_was_refunded_since_is_not_taken_off_again(
    session: Session, company: Company, staff: Actor
) -> None:
    """Invariant 3. Seen failing without the check: the database refused the posting with an error page."""
    payment, invoice = pay_offline(session, company, 3_000), make_invoice(session, company, net=3_000)
    use(session, staff, Source("cash", payment.id), {invoice: 3_000})
    begin_refund(
        session,
        RefundRequest(payment_id=payment.id, amount_minor=3_000, reason="Paid twice", agreed=True, key="r"),
        actor=staff,
        now=NOW,
    )
    session.commit()
    assert open_of(session, invoice) == [3_000]
    (done,) = applications(session, company.id)
    with pytest.raises(Rejected, match="refunded or charged back"):
        undo_application(
            session, actor=staff, company_id=company.id, transaction_id=done.transaction_id, now=NOW
        )


def test_a_credit_memo_is_applied_and_taken_back(session: Session, company: Company, staff: Actor) -> None:
    memo, invoice = make_invoice(session, company, net=-2_000), make_invoice(session, company, net=3_000)
    source = Source("memo", memo.id)
    with pytest.raises(Rejected, match="only"):
        use(session, staff, source, {invoice: 2_001})
    session.rollback()
    use(session, staff, source, {invoice: 1_500})
    assert open_of(session, memo, invoice) == [-500, 1_500]
    (done,) = applications(session, company.id)
    undo_application(session, actor=staff, company_id=company.id, transaction_id=done.transaction_id, now=NOW)
    session.commit()
    assert open_of(session, memo, invoice) == [-2_000, 3_000]
    assert session.scalar(select(func.sum(LedgerEntry.amount_minor))) == 0


def test_ten_who_apply_the_same_cash_at_once_use_it_once(
    sessions: sessionmaker[Session], session: Session, company: Company, staff: Actor
) -> None:
    """Invariants 3 and 4. Seen failing (the database's own check refuses, with an error page) without the lock on
    the payment."""
    payment = pay_offline(session, company, 1_000)
    invoices = [make_invoice(session, company, net=1_000) for _ in range(10)]

    def send(n: int) -> str:
        with sessions() as own:
            try:
                use(own, staff, Source("cash", payment.id), {invoices[n]: 1_000}, key=f"form-{n}")
            except Rejected as no:
                return no.code
            return "applied"

    with ThreadPoolExecutor(10) as pool:
        answers = sorted(pool.map(send, range(10)))
    assert answers == ["applied", *["not_enough"] * 9]
    assert sorted(open_of(session, *invoices)) == [0, *[1_000] * 9]


def test_money_paid_ahead_for_an_order_is_not_the_customers_to_apply(
    session: Session, build: Build, company: Company, staff: Actor
) -> None:
    payment, invoice = pay_offline(session, company, 1_000), make_invoice(session, company, net=1_000)
    payment.draft_id = 7
    session.commit()
    buyer = build.actor(build.user(company), company)
    with pytest.raises(Rejected):
        use(session, buyer, Source("cash", payment.id), {invoice: 500})
    session.rollback()
    assert unapplied_cash(session, company.id, ahead=False) == []
    assert use(session, staff, Source("cash", payment.id), {invoice: 500})


def test_nobody_applies_what_is_another_companys(session: Session, build: Build, company: Company) -> None:
    payment, memo = pay_offline(session, company, 1_000), make_invoice(session, company, net=-500)
    other = build.company()
    actor, invoice = build.actor(build.user(other), other), make_invoice(session, other, net=1_000)
    for source in (Source("cash", payment.id), Source("memo", memo.id), Source("memo", invoice.id)):
        with pytest.raises(NotFound):
            use(session, actor, source, {invoice: 100})
        session.rollback()
    assert session.scalar(select(func.count()).where(LedgerTransaction.kind == "application")) == 0
