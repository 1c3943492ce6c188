"""Whatever these ways of paying leave behind, ``portal verify`` finds nothing wrong with it, and both books agree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select

from portal.billing.autopay.jobs import pay_by_rule
from portal.billing.autopay.rules import MandateOffer, Rule
from portal.billing.autopay.use_cases.mandates import begin_autopay, mandate_words
from portal.billing.cash_application.queries import applications
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit
from portal.billing.cash_application.use_cases.undo import undo_application
from portal.billing.chargebacks.use_cases.sync import sync_chargeback
from portal.billing.methods.queries import methods_of
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAttempt
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.billing.pay_links.queries import find
from portal.billing.pay_links.rules import LinkRequest
from portal.billing.pay_links.use_cases.make import make_invoice_link
from portal.billing.pay_links.use_cases.pay import pay_by_link
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.use_cases.saved_charges import charge_attempt
from portal.billing.payments.use_cases.start import start_setup
from portal.billing.refunds.jobs import finish_refunds
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.refunds.use_cases.carry_out import unfinished_refunds
from portal.billing.refunds.use_cases.sync import sync_refund
from portal.billing.scheduled.use_cases import schedule_payment
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.verification.run import verify
from tests.builders import Build
from tests.invoices import TODAY, make_invoice
from tests.paying import Till


def test_after_all_of_it_nothing_is_wrong(till: Till, build: Build, engine: Engine) -> None:
    staff = build.actor(build.user(kind="admin"))
    now = utcnow()
    bills = [till.invoice(net) for net in (10_000, 20_000, 30_000, 40_000)]
    memo = make_invoice(build.session, till.company, net=-2_000)
    with transaction(till.sessions) as session:
        received = receive_payment(
            session,
            actor=staff,
            company=till.company,
            money=OfflinePayment("cheque", 9_000, TODAY, "1007", parts={bills[0].id: 5_000}),
            key="a",
            now=now,
            today=TODAY,
        )
    with transaction(till.sessions) as session:
        common: dict[str, Any] = {"actor": staff, "company_id": till.company.id, "now": now}
        apply_credit(
            session, source=Source("cash", received.id), parts={bills[0].id: 3_000}, key="b", **common
        )
        apply_credit(session, source=Source("memo", memo.id), parts={bills[1].id: 1_500}, key="c", **common)
    with transaction(till.sessions) as session:
        newest = applications(session, till.company.id)[0]
        undo_application(
            session, actor=staff, company_id=till.company.id, transaction_id=newest.transaction_id, now=now
        )
    _pay_without_anybody(till, bills)
    till.paid(till.invoice(7_000))
    disputed = till.payments()[-1]
    till.paid(till.invoice(8_000), number="4000000000005126")
    refunded = till.payments()[-1]
    for payment, amount in ((refunded, 3_000), (received, 1_000)):
        with transaction(till.sessions) as session:
            begin_refund(
                session,
                RefundRequest(
                    payment_id=payment.id,
                    amount_minor=amount,
                    reason="Paid twice",
                    agreed=True,
                    key=f"refund-{payment.id}",
                ),
                actor=staff,
                now=now,
            )
    finish_refunds(till.sessions, now=utcnow(), api=till.api)
    dispute_id = till.sandbox.control("disputes", charge=disputed.charge_id)["id"]
    sync_chargeback(till.sessions, dispute_id, now=utcnow(), api=till.api)
    till.sandbox.control(f"disputes/{dispute_id}/close", verdict="lost")
    sync_chargeback(till.sessions, dispute_id, now=utcnow(), api=till.api)
    assert wrong(engine) == []
    till.sandbox.control("advance", days=4)
    with transaction(till.sessions) as session:
        waiting = unfinished_refunds(session)
    assert waiting == []
    for made in till.client.v1.refunds.list({}).data:
        sync_refund(till.sessions, made.id, now=utcnow(), api=till.api)
    assert wrong(engine) == []
    till.check_books()


def wrong(engine: Engine) -> list[str]:
    """What does not hold, apart from the log's partitions: the tests' days lie in the past."""
    return [each.check.name for each in verify(engine).findings if each.check.name != "log_partitions"]


def _pay_without_anybody(till: Till, bills: list[Invoice]) -> None:
    """A scheduled payment, a link and autopay, each of its own invoice."""
    now, tomorrow = utcnow(), TODAY + timedelta(days=1)
    with transaction(till.sessions) as session:
        setup = start_setup(session, actor=till.actor, company_id=till.company.id, now=now)
    till.by_card(till.open(setup), save="on")
    till.sync(setup)
    with transaction(till.sessions) as session:
        (method,) = methods_of(session, till.company.id, TODAY)
        schedule_payment(
            session,
            actor=till.actor,
            shares=[RequestedShare(bills[1].id, 12_000)],
            method_id=method.id,
            run_on=tomorrow,
            now=now,
            today=TODAY,
        )
        made = make_invoice_link(
            session, LinkRequest(days=14), actor=till.actor, number=bills[2].number, now=now
        )
    with transaction(till.sessions) as session:
        attempt = pay_by_link(session, find(session, made.token), method_kind="card", now=now, today=TODAY)
    till.by_card(till.open(attempt))
    till.sync(attempt)
    offer = MandateOffer(rule=Rule("due"), method_id=method.id, seller="Test Coatings")
    with transaction(till.sessions) as session:
        words = mandate_words(session, offer, actor=till.actor, today=TODAY)
        begin_autopay(session, offer, actor=till.actor, shown=words, now=now, today=TODAY)
    for on in (tomorrow, bills[3].due_on):
        pay_by_rule(till.sessions, now=now, today=on)
        with transaction(till.sessions) as session:
            begun = session.scalars(select(PaymentAttempt.id).where(PaymentAttempt.state == "created")).all()
        for attempt_id in begun:
            charge_attempt(till.sessions, attempt_id, now=utcnow(), api=till.api)
    assert till.opens(*bills) == [0, 0, 0, 0]
