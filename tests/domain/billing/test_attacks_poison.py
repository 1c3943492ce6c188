"""One payment or refund that cannot be brought on keeps no other one waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from portal.billing.autopay.jobs import pay_by_rule
from portal.billing.chargebacks.use_cases.sync import sync_chargeback
from portal.billing.models.methods import Autopay
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.models.refunds import Refund
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.refunds.jobs import finish_refunds
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.refunds.use_cases.carry_out import carry_out_refund
from portal.billing.scheduled.use_cases import schedule_payment
from portal.billing.stripe.api import StripeUnknown
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from tests.invoices import TODAY
from tests.paying import Till


def begin(till: Till, payment: Payment, key: str) -> Refund:
    with transaction(till.sessions) as session:
        return begin_refund(
            session,
            RefundRequest(
                payment_id=payment.id, amount_minor=2_000, reason="Paid twice", agreed=True, key=key * 30
            ),
            actor=till.build.actor(till.build.user(kind="admin")),
            now=utcnow(),
        )


def test_a_refund_that_does_not_fit_stops_no_other(till: Till) -> None:
    """Given back, but the answer was lost; then the payer's bank took all of it. Seen failing: it does not fit into the
    books any more, and every refund asked for after it hung as well."""
    till.paid(till.invoice(5_000))
    till.paid(till.invoice(6_000))
    first, second = till.payments()
    stuck = begin(till, first, "a")
    till.sandbox.fault("lose_answer", match="POST /v1/refunds")
    with pytest.raises(StripeUnknown):
        carry_out_refund(till.sessions, stuck.id, now=utcnow(), api=till.api)
    dispute = till.sandbox.control("disputes", charge=first.charge_id)
    till.sandbox.control(f"disputes/{dispute['id']}/close", verdict="lost")
    sync_chargeback(till.sessions, dispute["id"], now=utcnow(), api=till.api)
    waiting = begin(till, second, "b")
    finish_refunds(till.sessions, now=utcnow(), api=till.api)
    with till.sessions() as session:
        assert session.get_one(Refund, waiting.id).state == "succeeded"


def test_a_scheduled_payment_that_cannot_begin_stops_no_other(till: Till) -> None:
    """Seen failing: a row that the database refuses kept everybody's scheduled payments and autopay from running."""
    session = till.build.session
    card = till.saved_card()
    on = TODAY + timedelta(days=3)
    ids = []
    for amount in (1_000, 2_000):
        with transaction(till.sessions) as own:
            invoice = till.invoice(amount)
            made = schedule_payment(
                own,
                actor=till.actor,
                shares=[RequestedShare(invoice.id, amount)],
                method_id=card,
                run_on=on,
                now=utcnow(),
                today=TODAY,
            )
            ids.append(made.id)
    session.add(
        Autopay(
            company_id=till.company.id,
            saved_method_id=card,
            rule="due",
            day=0,
            mandate_words="x",
            agreed_by_name="x",
            agreed_at=utcnow(),
            ran_on=TODAY,
        )
    )
    session.execute(
        text(
            f"alter table payment_attempt add constraint poison check (id <> {ids[0]} or state = 'scheduled')"
        )
    )
    session.commit()
    try:
        pay_by_rule(till.sessions, now=utcnow(), today=on)
    finally:
        session.execute(text("alter table payment_attempt drop constraint poison"))
        session.commit()
    with till.sessions() as own:
        assert [own.get_one(PaymentAttempt, id).state for id in ids] == ["scheduled", "created"]
        assert own.query(Autopay).one().ran_on == on
