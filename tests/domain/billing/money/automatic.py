"""Saved methods, mandates and scheduled payments for tests, charged at the sandbox's Stripe while nobody is there."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from portal.billing.autopay.jobs import pay_by_rule
from portal.billing.autopay.rules import MandateOffer, Rule
from portal.billing.autopay.use_cases.mandates import begin_autopay, mandate_words
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.use_cases.saved_charges import charge_attempt
from portal.billing.payments.use_cases.start import start_setup
from portal.billing.scheduled.use_cases import schedule_payment
from portal.billing.stripe.api import StripeUnknown
from portal.foundation.actor import Actor
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.mail import OutboundMail
from tests.invoices import TODAY
from tests.paying import Till

SELLER = "Test Coatings"
DAY = timedelta(days=1)
CANNOT_BE_CHARGED = "4000000000000341"


def saved(till: Till, number: str = "4242424242424242", account: str = "") -> SavedMethod:
    """A method that the payer has saved on Stripe's page."""
    with transaction(till.sessions) as session:
        attempt = start_setup(session, actor=till.actor, company_id=till.company.id, now=utcnow())
    url = till.open(attempt)
    if account:
        till.browser.pay_by_bank(url, account, save="on")
    else:
        till.by_card(url, number, save="on")
    assert till.sync(attempt).state == "succeeded"
    with till.sessions() as session:
        return session.scalars(select(SavedMethod).order_by(SavedMethod.id.desc()).limit(1)).one()


def agree(till: Till, method: SavedMethod, rule: Rule, *, today: date = TODAY, **more: Any) -> Autopay:
    with transaction(till.sessions) as session:
        offer = MandateOffer(rule=rule, method_id=method.id, seller=SELLER)
        words = mandate_words(session, offer, actor=till.actor, today=today)
        return begin_autopay(
            session,
            offer,
            actor=more.pop("actor", till.actor),
            shown=more.pop("shown", words),
            now=utcnow(),
            today=today,
        )


def run(till: Till, on: date) -> None:
    """The hourly job of a day, and what it queued."""
    pay_by_rule(till.sessions, now=utcnow(), today=on)
    charge_all(till)


def charge_all(till: Till) -> None:
    for attempt in attempts(till):
        if attempt.state == "created":
            charge_attempt(till.sessions, attempt.id, now=utcnow(), api=till.api)


def attempts(till: Till) -> Sequence[PaymentAttempt]:
    with till.sessions() as session:
        return session.scalars(
            select(PaymentAttempt).where(PaymentAttempt.purpose == "invoices").order_by(PaymentAttempt.id)
        ).all()


def mails(till: Till) -> list[str]:
    with till.sessions() as session:
        return list(session.scalars(select(OutboundMail.kind).order_by(OutboundMail.id)))


def quietly(till: Till) -> None:
    """Charge; another worker may be asking with the same key at this moment, then nothing is known yet."""
    with contextlib.suppress(StripeUnknown):
        charge_all(till)


def schedule(
    till: Till, method: SavedMethod, *wants: RequestedShare, on: date, actor: Actor | None = None
) -> PaymentAttempt:
    with transaction(till.sessions) as session:
        return schedule_payment(
            session,
            actor=actor or till.actor,
            shares=wants,
            method_id=method.id,
            run_on=on,
            now=utcnow(),
            today=TODAY,
        )
