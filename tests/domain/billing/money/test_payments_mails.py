"""What people are written about paying that happens while nobody is there, as it arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from portal.billing.autopay import use_cases as autopay
from portal.billing.autopay.jobs import pay_by_rule
from portal.billing.autopay.rules import Rule
from portal.billing.methods.queries import methods_of
from portal.billing.methods.use_cases import methods
from portal.billing.pay_links import use_cases as linking
from portal.billing.payments.use_cases.payable import Want
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.billing.payments.use_cases.start import start_setup
from portal.billing.refunds.use_cases import refunds as refunding
from portal.billing.scheduled import use_cases as scheduling
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
        common = {
            "actor": till.actor,
            "rule": rule,
            "method_id": method_id,
            "seller": "Test Coatings",
            "today": TODAY,
        }
        _, words = autopay.words_for(session, **common)  # type: ignore[arg-type]
        autopay.agree(session, shown=words, now=utcnow(), **common)  # type: ignore[arg-type]


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
        scheduling.schedule(
            session,
            actor=till.actor,
            wants=[Want(invoice.id, 10_000)],
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
        refunding.begin(
            session,
            actor=staff,
            payment_id=payment.id,
            amount_minor=1_250,
            reason="Paid twice",
            agreed=False,
            key="form",
            now=utcnow(),
        )
    subject, text = letter(till, posting, "payment_refunded")
    assert subject == f"$12.50 of payment {payment.number} is refunded"
    assert "The reason: Paid twice" in text


def test_a_pay_link_is_sent_with_its_address_and_then_forgotten(till: Till, posting: Delivery) -> None:
    invoice = till.invoice(10_000)
    with transaction(till.sessions) as session:
        made = linking.link_invoice(
            session, actor=till.actor, number=invoice.number, days=14, now=utcnow(), email="books@example.com"
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
    assert {CHARGE, refunding.JOB, methods.FORGET, "billing.pay_by_rule", "billing.finish_refunds"} <= set(
        tasks
    )
