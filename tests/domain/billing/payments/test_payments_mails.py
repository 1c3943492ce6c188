"""Mails about automatic payments, as they arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from portal.billing.autopay.jobs import pay_by_rule
from portal.billing.autopay.rules import MandateOffer, Rule
from portal.billing.autopay.use_cases.mandates import begin_autopay, mandate_words
from portal.billing.methods.queries import methods_of
from portal.billing.methods.use_cases.methods import FORGET
from portal.billing.pay_links.rules import LinkRequest
from portal.billing.pay_links.use_cases.make import make_invoice_link
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.billing.payments.use_cases.start import start_setup
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import CARRY_OUT, begin_refund
from portal.billing.scheduled.use_cases import schedule_payment
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.foundation.mail import OutboundMail
from portal.worker import build as build_worker
from portal.worker.delivery import Delivery
from tests.builders import Build
from tests.invoices import TODAY, pay_offline
from tests.paying import Till


@pytest.fixture
def posting(settings: Settings, engine: Engine) -> Delivery:
    return Delivery(replace(settings, smtp_url="smtp://127.0.0.1:9"), engine)


def letter(till: Till, posting: Delivery, kind: str) -> tuple[str, str]:
    """Subject and text of the newest letter of a kind."""
    with till.sessions() as session:
        mail = session.scalars(
            select(OutboundMail).where(OutboundMail.kind == kind).order_by(OutboundMail.id.desc()).limit(1)
        ).one()
    message = posting._message(mail)
    return str(message["Subject"]), message.get_content()


def method(till: Till) -> int:
    with transaction(till.sessions) as session:
        attempt = start_setup(session, actor=till.actor, company_id=till.company.id, now=utcnow())
    till.by_card(till.open(attempt), save="on")
    till.sync(attempt)
    with transaction(till.sessions) as session:
        (row,) = methods_of(session, till.company.id, TODAY)
        return row.id


def agree(till: Till, method_id: int, rule: Rule) -> None:
    with transaction(till.sessions) as session:
        offer = MandateOffer(rule=rule, method_id=method_id, seller="Test Coatings")
        words = mandate_words(session, offer, actor=till.actor, today=TODAY)
        begin_autopay(session, offer, actor=till.actor, shown=words, now=utcnow(), today=TODAY)


def test_autopay_tells_ahead_and_what_it_leaves(till: Till, posting: Delivery) -> None:
    small, big = till.invoice(10_000), till.invoice(90_000)
    agree(till, method(till), Rule("due", limit_minor=20_000))
    pay_by_rule(till.sessions, now=utcnow(), today=small.due_on - timedelta(days=3))
    subject, text = letter(till, posting, "autopay_ahead")
    assert subject == "Autopay charges $100.00 on Thu 2 Jul 2026"
    assert f"{small.number}, due Thu 2 Jul 2026: $100.00" in text
    assert f"{big.number}, due Thu 2 Jul 2026: $900.00" in text.split("please pay by hand")[1]
    assert "http://localhost/autopay" in text
    pay_by_rule(till.sessions, now=utcnow(), today=small.due_on)
    subject, text = letter(till, posting, "autopay_left")
    assert subject == "Autopay left 1 invoice to you"
    assert f"{big.number}, due Thu 2 Jul 2026: $900.00" in text


def test_a_scheduled_payment_that_was_not_needed(till: Till, posting: Delivery) -> None:
    invoice, method_id = till.invoice(10_000), method(till)
    with transaction(till.sessions) as session:
        schedule_payment(
            session,
            actor=till.actor,
            shares=[RequestedShare(invoice.id, 10_000)],
            method_id=method_id,
            run_on=TODAY + timedelta(days=1),
            now=utcnow(),
            today=TODAY,
        )
    pay_offline(till.build.session, till.company, 10_000, invoice)
    pay_by_rule(till.sessions, now=utcnow(), today=TODAY + timedelta(days=1))
    subject, text = letter(till, posting, "scheduled_nothing_left")
    assert subject == "Your scheduled payment of Wed 3 Jun 2026 was not needed"
    assert "Nothing was charged" in text


def test_a_refund_says_how_much_and_why(till: Till, posting: Delivery, build: Build) -> None:
    payment = pay_offline(till.build.session, till.company, 5_000)
    staff = build.actor(build.user(kind="admin"))
    with transaction(till.sessions) as session:
        begin_refund(
            session,
            RefundRequest(
                payment_id=payment.id, amount_minor=1_250, reason="Paid twice", agreed=False, key="form"
            ),
            actor=staff,
            now=utcnow(),
        )
    subject, text = letter(till, posting, "payment_refunded")
    assert subject == f"$12.50 of payment {payment.number} is refunded"
    assert "The reason: Paid twice" in text


def test_a_pay_link_is_sent_with_its_address_and_then_forgotten(till: Till, posting: Delivery) -> None:
    invoice = till.invoice(10_000)
    with transaction(till.sessions) as session:
        made = make_invoice_link(
            session,
            LinkRequest(days=14, email="books@example.com"),
            actor=till.actor,
            number=invoice.number,
            now=utcnow(),
        )
    subject, text = letter(till, posting, "pay_link")
    assert subject == f"Invoice {invoice.number} from Test Coatings: $100.00 to pay"
    assert f"http://localhost/pay/{made.token}" in text
    with till.sessions() as session:
        mail = session.scalars(select(OutboundMail)).one()
    posting._finish(mail, sent_at=utcnow())
    with till.sessions() as session:
        assert made.token not in str(session.scalars(select(OutboundMail.data)).one())


def test_the_worker_knows_every_job_that_is_asked_for(settings: Settings, engine: Engine) -> None:
    tasks = build_worker(replace(settings, smtp_url="smtp://127.0.0.1:9"), engine).tasks
    assert {CHARGE, CARRY_OUT, FORGET, "billing.pay_by_rule", "billing.finish_refunds"} <= set(tasks)
