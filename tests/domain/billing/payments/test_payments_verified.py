"""What payments write passes ``portal verify``, whatever happened on the way."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from portal.billing.models.credit import PaymentTerms
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.use_cases.checkout import cancel_attempt
from portal.billing.refunds.use_cases.sync import sync_refund
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.verification.run import verify
from tests.invoices import TODAY, pay_offline
from tests.paying import BOUNCING, Till


def test_books_after_a_busy_day_hold(till: Till, engine: Engine) -> None:
    """Discounts, credit memos, short, late and double payments, a debit that came back, a refund."""
    with transaction(till.sessions) as session:
        session.add(PaymentTerms(company_id=till.company.id, days=30, discount_bp=200, discount_days=10))
    till.paid(till.invoice(10_000), till.invoice(-1_000))
    short = till.start(RequestedShare(till.invoice(7_000).id, 5_000, "price"))
    till.by_card(till.open(short))
    till.sync(short)
    overtaken = till.invoice(4_000)
    attempt = till.start(overtaken, today=TODAY + timedelta(days=20))
    pay_offline(till.build.session, till.company, 4_000, overtaken)
    till.by_card(till.open(attempt))
    till.sync(attempt)
    debit = till.start(till.invoice(3_000))
    till.by_bank(till.open(debit), BOUNCING)
    till.sync(debit)
    till.sandbox.control("advance", days=5)
    till.sync(debit)
    given_up = till.start(till.invoice(2_000))
    till.open(given_up)
    cancel_attempt(till.sessions, given_up.id, now=utcnow(), api=till.api)
    open_one = till.start(till.invoice(1_500))
    till.open(open_one)
    refund = till.client.v1.refunds.create({"charge": till.charges()[0].id, "amount": 500})
    sync_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    # The log's partitions are made by the worker, which does not run here.
    findings = [each for each in verify(engine).findings if each.check.name != "log_partitions"]
    assert not findings, [(finding.check.name, finding.rows[:3]) for finding in findings]
    till.check_books()
