"""Every form that moves money, sent many times at the same moment; discounts and credit that somebody tries to have twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit
from portal.billing.cash_application.use_cases.undo import undo_application
from portal.billing.chargebacks.use_cases.sync import sync_chargeback
from portal.billing.credit_memos.use_cases.adjustments import Adjustment, credit_company
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerTransaction
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.models.refunds import Refund
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.queries.attempts import shares_of
from portal.billing.payments.use_cases.scheduled import start_scheduled_payment
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.refunds.use_cases.carry_out import carry_out_refund
from portal.billing.scheduled.use_cases import schedule_payment
from portal.billing.stripe.api import StripeUnknown
from portal.foundation.actor import Actor
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.verification.run import verify
from tests.invoices import TODAY, make_invoice, pay_offline
from tests.paying import Till
from tests.placing import together

MANY = 12
KEY = "k" * 30


@pytest.fixture
def admin(till: Till) -> Actor:
    return till.build.actor(till.build.user(kind="admin"))


def at_once(till: Till, work: Callable[[Session, int], Any], many: int = MANY) -> list[Any]:
    """So many requests at the same moment, each its own transaction; results or refusals."""

    def call(n: int) -> Callable[[], Any]:
        def run() -> Any:
            with transaction(till.sessions) as session:
                return work(session, n)

        return run

    results = together(*(call(n) for n in range(many)))
    for each in results:
        if isinstance(each, Exception) and not isinstance(each, (Rejected, Conflict, NotFound)):
            raise each
    return results


def counted(till: Till, model: Any, *where: Any) -> int:
    with till.sessions() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def sound(engine: Engine) -> None:
    broken = [(f.check.name, f.rows[:3]) for f in verify(engine).findings if f.check.name != "log_partitions"]
    assert not broken


def test_money_that_came_is_recorded_once(till: Till, admin: Actor, engine: Engine) -> None:
    """One form, a dozen clicks: one payment. Different forms for the same invoice: no more than is open."""
    invoice = till.invoice(10_000)

    def send(session: Session, n: int, key: str = KEY) -> Payment:
        money = OfflinePayment("cheque", 6_000, TODAY, reference="17", parts={invoice.id: 6_000})
        return receive_payment(
            session, actor=admin, company=till.company, money=money, key=key, now=utcnow(), today=TODAY
        )

    assert len({each.number for each in at_once(till, send)}) == 1
    others = at_once(till, lambda session, n: send(session, n, f"{n:030}"))
    assert all(isinstance(each, Rejected) for each in others)
    assert (till.opens(invoice), counted(till, Payment)) == ([4_000], 1)
    sound(engine)


def test_refunds_at_once_never_give_back_more_than_came(till: Till, admin: Actor, engine: Engine) -> None:
    """One form many times is one refund; many forms share what there is; another company's form key takes nothing."""
    invoice = till.invoice(10_000)
    till.paid(invoice)
    (payment,) = till.payments()

    def ask(session: Session, n: int, key: str = KEY, amount: int = 3_000) -> Refund:
        return begin_refund(
            session,
            RefundRequest(
                payment_id=payment.id, amount_minor=amount, reason="Paid twice", agreed=True, key=key
            ),
            actor=admin,
            now=utcnow(),
        )

    assert len({each.id for each in at_once(till, ask)}) == 1
    at_once(till, lambda session, n: ask(session, n, f"{n:030}"))
    with till.sessions() as session:
        asked = session.scalars(select(Refund).order_by(Refund.id)).all()
    assert [each.amount_minor for each in asked] == [3_000] * 3
    calls = [
        lambda id=each.id: carry_out_refund(till.sessions, id, now=utcnow(), api=till.api)
        for each in asked
        for _ in range(4)
    ]
    for each in together(*calls):
        assert isinstance(each, Refund | StripeUnknown), each
    for each in asked:  # whoever got no answer asks again
        carry_out_refund(till.sessions, each.id, now=utcnow(), api=till.api)
    assert sum(each.amount for each in till.client.v1.refunds.list({"limit": 100}).data) == 9_000
    assert till.payments()[0].refunded_minor == 9_000
    assert till.opens(invoice) == [9_000]
    till.check_books()
    sound(engine)


def test_credit_memos_at_once_never_exceed_their_invoice(till: Till, admin: Actor, engine: Engine) -> None:
    invoice = till.invoice(10_000)

    def credit(session: Session, n: int, token: str = KEY) -> Invoice:
        return credit_company(
            session,
            Adjustment(till.company, 4_000, "Sorry", token, invoice.number),
            actor=admin,
            now=utcnow(),
            today=TODAY,
        )

    assert len({each.number for each in at_once(till, credit)}) == 1
    at_once(till, lambda session, n: credit(session, n, f"{n:030}"))
    assert counted(till, Invoice, Invoice.kind == "credit_memo") == 2
    sound(engine)


@pytest.mark.parametrize("kind", ["cash", "memo"])
def test_credit_is_applied_once_and_taken_back_once(
    till: Till, admin: Actor, engine: Engine, kind: str
) -> None:
    """Seen failing without the locks of source and invoices: the same form, sent at once, was an error for its second."""
    first, second = till.invoice(10_000), till.invoice(10_000)
    session = till.build.session
    if kind == "cash":
        source = Source(kind, pay_offline(session, till.company, 3_000, reference="1").id)
    else:
        source = Source(kind, make_invoice(session, till.company, net=-3_000).id)

    def use(session: Session, n: int, key: str = "") -> bool:
        parts = {first.id: 1_000, second.id: 1_000} if n % 2 else {second.id: 1_000, first.id: 1_000}
        return apply_credit(
            session,
            actor=till.actor,
            company_id=till.company.id,
            source=source,
            parts=parts,
            key=key or f"{n:030}",
            now=utcnow(),
        )

    assert at_once(till, lambda session, n: use(session, n, KEY)).count(True) == 1
    assert at_once(till, use).count(True) == 0  # 1,000 are left, every form wants 2,000
    assert till.opens(first, second) == [9_000, 9_000]
    with till.sessions() as session:
        done = session.scalars(
            select(LedgerTransaction.id).where(LedgerTransaction.kind == "application")
        ).one()

    def undo(session: Session, n: int) -> bool:
        return undo_application(
            session, actor=admin, company_id=till.company.id, transaction_id=done, now=utcnow()
        )

    assert at_once(till, undo).count(True) == 1
    assert till.opens(first, second) == [10_000, 10_000]
    sound(engine)


def discounted(till: Till) -> Invoice:
    """$100.00 with 2 % off until ten days from its day."""
    session = till.build.session
    session.add(PaymentTerms(company_id=till.company.id, discount_bp=200, discount_days=10))
    session.commit()
    return till.invoice(10_000)


def test_a_discount_is_for_all_of_it_in_time_and_once(till: Till, engine: Engine) -> None:
    invoice = discounted(till)
    late = TODAY + timedelta(days=11)
    assert till.start(RequestedShare(invoice.id, 5_000, "later")).amount_minor == 5_000
    assert (
        till.start(RequestedShare(invoice.id, 5_000, "later")).amount_minor == 5_000
    )  # the other half, too, has none
    with till.sessions() as session:
        for attempt in session.scalars(select(PaymentAttempt)):
            attempt.state = "cancelled"
        session.commit()
    assert (
        till.start(RequestedShare(invoice.id, 9_800, "later"), today=late).amount_minor == 9_800
    )  # and 200 stay open
    with till.sessions() as session:
        for attempt in session.scalars(select(PaymentAttempt)):
            attempt.state = "cancelled"
        session.commit()
    till.paid(invoice)
    assert [each.amount for each in till.charges()] == [9_800]
    assert till.opens(invoice) == [0]
    till.check_books()


def schedule(till: Till, invoice: Invoice, amount: int, days: int) -> PaymentAttempt:
    session = till.build.session
    method = SavedMethod(
        company_id=till.company.id,
        stripe_method_id=f"pm_{amount}",
        kind="card",
        brand="Visa",
        last4="4242",
        saved_at=utcnow(),
    )
    session.add(method)
    session.commit()
    with transaction(till.sessions) as own:
        return schedule_payment(
            own,
            actor=till.actor,
            shares=[RequestedShare(invoice.id, amount)],
            method_id=method.id,
            run_on=TODAY + timedelta(days=days),
            now=utcnow(),
            today=TODAY,
        )


def test_a_discount_is_not_had_by_paying_the_rest_later(till: Till) -> None:
    """A scheduled part that happens to be what is left less the discount. Seen failing: a discount for a part of it."""
    invoice = discounted(till)
    waiting = schedule(till, invoice, 6_000, days=3)
    pay_offline(till.build.session, till.company, 3_800, invoice, reference="1")
    with transaction(till.sessions) as session:
        begun = start_scheduled_payment(session, waiting.id, now=utcnow(), today=TODAY + timedelta(days=3))
        (share,) = shares_of(session, begun.id)
    assert (begun.amount_minor, share.amount_minor, share.discount_minor) == (6_000, 6_000, 0)


def test_a_discount_is_not_had_again_after_a_refund(till: Till, admin: Actor) -> None:
    """Seen failing with a discount on what is open: 98.00 paid and given back, then 96.00 settled all of it."""
    invoice = discounted(till)
    till.paid(invoice)
    with transaction(till.sessions) as session:
        refund = begin_refund(
            session,
            RefundRequest(
                payment_id=till.payments()[0].id,
                amount_minor=9_800,
                reason="Paid twice",
                agreed=True,
                key=KEY,
            ),
            actor=admin,
            now=utcnow(),
        )
    carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    assert till.opens(invoice) == [9_800]
    assert till.start(RequestedShare(invoice.id, 9_800)).amount_minor == 9_800


@pytest.mark.parametrize(("days", "amount"), [(10, 9_800), (11, 10_000)])
def test_a_scheduled_payment_charges_what_was_shown(till: Till, days: int, amount: int) -> None:
    """Seen failing with the discount of the day on which it was scheduled: 98.00 shown, 100.00 charged."""
    waiting = schedule(till, discounted(till), 10_000, days)
    assert waiting.amount_minor == amount
    with transaction(till.sessions) as session:
        assert (
            start_scheduled_payment(
                session, waiting.id, now=utcnow(), today=TODAY + timedelta(days=days)
            ).amount_minor
            == amount
        )


@pytest.mark.parametrize("given_back", [3_000, 5_000])
def test_a_chargeback_of_what_was_given_back_is_booked(
    till: Till, admin: Actor, engine: Engine, given_back: int
) -> None:
    """The payer had a refund and disputes all of it. Seen failing: the loss was never in the books, the webhook's job and
    every reconciling stopped at it."""
    bill = till.invoice(5_000)
    till.paid(bill)
    (payment,) = till.payments()
    with transaction(till.sessions) as session:
        refund = begin_refund(
            session,
            RefundRequest(
                payment_id=payment.id, amount_minor=given_back, reason="Paid twice", agreed=True, key=KEY
            ),
            actor=admin,
            now=utcnow(),
        )
    carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    dispute = till.sandbox.control("disputes", charge=payment.charge_id)
    till.sandbox.control(f"disputes/{dispute['id']}/close", verdict="lost")
    for _ in range(2):
        sync_chargeback(till.sessions, dispute["id"], now=utcnow(), api=till.api)
    assert till.opens(bill) == [5_000]
    till.check_books()
    sound(engine)
