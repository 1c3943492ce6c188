"""A refund and a chargeback of the same money, in every order: it is lost once, never more, and every job ends."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from portal.billing.chargebacks.use_cases.sync import sync_chargeback
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.refunds.jobs import finish_refunds
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.acknowledge import acknowledge_failure
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.refunds.use_cases.carry_out import carry_out_refund
from portal.billing.stripe.api import StripeUnknown
from portal.billing.worklist.queries import counts, failed_refunds
from portal.foundation.actor import Actor
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound
from portal.foundation.mail import OutboundMail
from tests.builders import Build
from tests.paying import Till

FAILS = "4000000000005126"


@pytest.fixture
def staff(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def ask(till: Till, staff: Actor, payment: Payment, amount: int) -> Refund:
    request = RefundRequest(
        payment_id=payment.id, amount_minor=amount, reason="Paid twice", agreed=True, key=f"form-{amount}"
    )
    with transaction(till.sessions) as session:
        return begin_refund(session, request, actor=staff, now=utcnow())


def lose(till: Till, payment: Payment) -> None:
    made = till.sandbox.control("disputes", charge=payment.charge_id)
    till.sandbox.control(f"disputes/{made['id']}/close", verdict="lost")
    sync_chargeback(till.sessions, made["id"], now=utcnow(), api=till.api)


def written_off(till: Till) -> int:
    with till.sessions() as session:
        query = text("select coalesce(sum(amount_minor), 0) from ledger_entry where account = 'write_offs'")
        return int(session.scalar(query) or 0)


def state(till: Till) -> str:
    with till.sessions() as session:
        return session.scalars(select(Refund.state)).one()


def test_a_refund_that_stripe_made_before_the_chargeback_ends(till: Till, staff: Actor) -> None:
    """Stripe's answer was lost three times, then the bank took all of it. Seen failing: the refund stayed "created" for
    ever, because less than that was left of the payment."""
    invoice = till.invoice(10_000)
    till.paid(invoice)
    payment = till.payments()[-1]
    refund = ask(till, staff, payment, 4_000)
    till.sandbox.fault("lose_answer", match="POST /v1/refunds", times=3)
    for _ in range(3):
        with pytest.raises(StripeUnknown):
            carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    lose(till, payment)
    finish_refunds(till.sessions, now=utcnow(), api=till.api)
    assert state(till) == "succeeded"
    assert till.opens(invoice) == [10_000]
    assert written_off(till) == 4_000
    till.check_books()


def test_one_that_fails_after_all_makes_good_what_was_lost(till: Till, staff: Actor) -> None:
    """Refunded, charged back in full, and then the refund came back: nothing is lost, and the invoice stays open. Seen
    failing with the money put onto the invoice that nobody has paid."""
    invoice = till.invoice(10_000)
    till.paid(invoice, number=FAILS)
    payment = till.payments()[-1]
    refund = ask(till, staff, payment, 4_000)
    carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    lose(till, payment)
    assert (till.opens(invoice), written_off(till)) == ([10_000], 4_000)
    till.sandbox.control("advance", days=4)
    carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    assert state(till) == "failed"
    assert (till.opens(invoice), written_off(till)) == ([10_000], 0)
    till.check_books()


def test_a_refund_that_fails_is_told_and_listed_until_somebody_sees_to_it(till: Till, staff: Actor) -> None:
    """Seen failing with nobody told: the mail said that money goes back, and it never did."""
    invoice = till.invoice(10_000)
    till.paid(invoice, number=FAILS)
    refund = ask(till, staff, till.payments()[-1], 1_000)
    carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    with till.sessions() as session:
        assert failed_refunds(session) == []
    till.sandbox.control("advance", days=4)
    for _again in range(2):
        carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    assert till.opens(invoice) == [0]
    with till.sessions() as session:
        kinds = session.execute(
            select(OutboundMail.kind, OutboundMail.to_email).order_by(OutboundMail.id)
        ).all()
        told = [each.kind for each in kinds if each.to_email == till.user.email]
        assert told[-2:] == ["payment_refunded", "refund_failed"]
        (listed,) = failed_refunds(session)
        assert (listed.payment_number, listed.amount_minor) == (till.payments()[-1].number, 1_000)
        assert counts(session).refunds == 1
    with transaction(till.sessions) as session:
        which = {"payment_id": refund.payment_id, "refund_id": refund.id, "now": utcnow()}
        with pytest.raises(NotFound):
            acknowledge_failure(session, actor=till.actor, **which)
        assert acknowledge_failure(session, actor=staff, **which).acknowledged_by_name == staff.name
    with till.sessions() as session:
        assert failed_refunds(session) == []
