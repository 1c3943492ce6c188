"""Money outside Stripe is recorded and applied; cash and credit memos go onto invoices and come off again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.cash_application.queries import applications, unapplied_cash
from portal.billing.cash_application.use_cases import Source, apply, undo
from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.use_cases import Offline, receive
from portal.billing.refunds.use_cases.refunds import begin
from portal.foundation.actor import Actor
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build
from tests.invoices import make_attempt, make_invoice, pay_offline

TODAY = NOW.date()


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def staff(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def take(
    session: Session, actor: Actor, company: Company, parts: dict[Invoice, int], **fields: Any
) -> Payment:
    key = fields.pop("key", "form-1")
    money = Offline(
        **{"kind": "cheque", "amount_minor": 10_000, "received_on": TODAY, "reference": "1007", **fields}
    )
    taken = receive(
        session,
        actor=actor,
        company=company,
        money=money,
        parts={i.id: x for i, x in parts.items()},
        key=key,
        now=NOW,
        today=TODAY,
    )
    session.commit()
    return taken


def open_of(session: Session, *invoices: Invoice) -> list[int]:
    session.expire_all()
    return [session.get_one(Invoice, each.id).open_minor for each in invoices]


def test_a_cheque_goes_onto_invoices_and_the_rest_waits(
    session: Session, company: Company, staff: Actor
) -> None:
    first, second = make_invoice(session, company, net=6_000), make_invoice(session, company, net=6_000)
    payment = take(session, staff, company, {first: 6_000, second: 1_500})
    assert open_of(session, first, second) == [0, 4_500]
    assert (payment.method_words, payment.unapplied_minor) == ("Cheque 1007", 2_500)
    assert payment.actor_name == staff.name
    account = credit_of(session, company.id)
    assert account is not None
    assert account.used_minor == 12_000 - 10_000
    names = session.scalars(select(Touchpoint.name).order_by(Touchpoint.name)).all()
    assert names == ["invoice_issued", "invoice_issued", "invoice_paid", "payment_submitted"]


def test_the_same_form_sent_by_ten_at_once_is_one_payment(
    sessions: sessionmaker[Session], session: Session, company: Company, staff: Actor
) -> None:
    """Invariant 2. Seen failing (with an error page) without the lock on the form's key, and with two payments
    when each send had a posting key of its own."""
    invoice = make_invoice(session, company, net=10_000)

    def send(_: int) -> str:
        with sessions() as own:
            return take(own, staff, company, {invoice: 4_000}, amount_minor=4_000).number

    with ThreadPoolExecutor(10) as pool:
        numbers = set(pool.map(send, range(10)))
    assert len(numbers) == 1
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    assert open_of(session, invoice) == [6_000]


def test_a_form_that_was_sent_with_another_amount_is_a_conflict(
    session: Session, company: Company, staff: Actor
) -> None:
    take(session, staff, company, {})
    with pytest.raises(Conflict):
        take(session, staff, company, {}, amount_minor=9_999)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "pearls"}, "kind"),
        ({"amount_minor": 0}, "amount"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"received_on": TODAY - timedelta(days=400)}, "received_on"),
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 61}, "reference"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    session: Session, company: Company, staff: Actor, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Rejected) as refused:
        take(session, staff, company, {}, **fields)
    assert refused.value.field == field


def test_no_more_than_is_open_and_not_spoken_for(session: Session, company: Company, staff: Actor) -> None:
    """Invariant 3. Seen failing without what payments under way speak for, and without either check of the parts."""
    invoice = make_invoice(session, company, net=6_000)
    with pytest.raises(Rejected, match=r"At most \$60.00"):
        take(session, staff, company, {invoice: 6_001})
    session.rollback()
    make_attempt(session, company, {invoice: 2_000})
    with pytest.raises(Rejected, match="under way") as refused:
        take(session, staff, company, {invoice: 4_001})
    assert refused.value.field == f"amount_{invoice.id}"
    session.rollback()
    with pytest.raises(Rejected, match="only"):
        take(session, staff, company, {invoice: 4_000}, amount_minor=3_999)


def test_only_who_manages_billing_and_only_the_companys_invoices(
    session: Session, build: Build, company: Company, staff: Actor
) -> None:
    theirs = make_invoice(session, build.company(), net=6_000)
    with pytest.raises(NotFound):
        take(session, staff, company, {theirs: 100})
    session.rollback()
    with pytest.raises(NotFound):
        take(session, build.actor(build.user(kind="support")), company, {})


def use(session: Session, actor: Actor, source: Source, parts: dict[Invoice, int], key: str = "k1") -> bool:
    company_id = next(iter(parts)).company_id
    done = apply(
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
        undone = undo(
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
    begin(
        session,
        actor=staff,
        payment_id=payment.id,
        amount_minor=3_000,
        reason="Paid twice",
        agreed=True,
        key="r",
        now=NOW,
    )
    session.commit()
    assert open_of(session, invoice) == [3_000]
    (done,) = applications(session, company.id)
    with pytest.raises(Rejected, match="refunded or charged back"):
        undo(session, actor=staff, company_id=company.id, transaction_id=done.transaction_id, now=NOW)


def test_a_credit_memo_is_applied_and_taken_back(session: Session, company: Company, staff: Actor) -> None:
    memo, invoice = make_invoice(session, company, net=-2_000), make_invoice(session, company, net=3_000)
    source = Source("memo", memo.id)
    with pytest.raises(Rejected, match="only"):
        use(session, staff, source, {invoice: 2_001})
    session.rollback()
    use(session, staff, source, {invoice: 1_500})
    assert open_of(session, memo, invoice) == [-500, 1_500]
    (done,) = applications(session, company.id)
    undo(session, actor=staff, company_id=company.id, transaction_id=done.transaction_id, now=NOW)
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
