"""Currencies whose thousandths Stripe accepts only in multiples of ten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.models import Company
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.use_cases.saved_charges import charge_attempt
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.scheduled.use_cases import run_scheduled_payment, schedule_payment
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected
from tests.invoices import TODAY, pay_offline
from tests.paying import Till


@pytest.fixture(autouse=True)
def company(till: Till) -> Company:
    """The till is in Kuwait."""
    till.build.price_list("LKWD", "KWD")
    till.company = till.build.company("Kuwait Painting", currency="KWD")
    till.user = till.build.user(till.company, "company_admin")
    till.actor = till.build.actor(till.user, till.company, "company_admin")
    return till.company


def test_a_sum_is_paid_whose_parts_could_not_be(till: Till) -> None:
    """Seen failing: a server error, and both invoices were blocked by a payment that could be neither made nor cancelled."""
    bills = [till.invoice(1_234), till.invoice(1_236)]
    attempt = till.paid(*bills)
    assert (attempt.state, attempt.amount_minor, till.opens(*bills)) == ("succeeded", 2_470, [0, 0])
    (page,) = till.client.v1.checkout.sessions.list().data
    (line,) = till.client.v1.checkout.sessions.line_items.list(page.id).data
    assert bills[0].number in str(line.description)


def test_what_is_left_of_a_scheduled_payment_may_be_too_fine(till: Till) -> None:
    """Seen failing: its charge was retried forever, and blocked the invoice meanwhile."""
    session, bill = till.build.session, till.invoice(10_000)
    card = till.saved_card()
    on = TODAY + timedelta(days=3)
    with transaction(till.sessions) as own:
        waiting = schedule_payment(
            own,
            actor=till.actor,
            shares=[RequestedShare(bill.id, 10_000)],
            method_id=card,
            run_on=on,
            now=utcnow(),
            today=TODAY,
        )
    pay_offline(session, till.company, 5, bill, reference="1")
    with transaction(till.sessions) as own:
        run_scheduled_payment(own, waiting.id, now=utcnow(), today=on)
    ended = charge_attempt(till.sessions, waiting.id, now=utcnow(), api=till.api)
    assert (ended.state, ended.amount_minor, ended.failure_code) == ("failed", 9_995, "amount_not_payable")
    assert till.start(RequestedShare(bill.id, 9_990, "later")).state == "created"


def test_a_refund_that_stripe_cannot_make_is_not_begun(till: Till) -> None:
    """Seen failing: a server error, and a refund that stayed pending forever and kept the money reserved."""
    till.paid(till.invoice(10_000))
    (payment,) = till.payments()
    admin = till.build.actor(till.build.user(kind="admin"))
    with pytest.raises(Rejected, match="fewer decimals"), transaction(till.sessions) as session:
        begin_refund(
            session,
            RefundRequest(
                payment_id=payment.id, amount_minor=5, reason="Paid twice", agreed=True, key="k" * 30
            ),
            actor=admin,
            now=utcnow(),
        )
