"""Every way in which Stripe, the network or the webhooks can fail, with the sandbox's faults: the result is always one
charge, one posting and a ledger that agrees with Stripe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.models.stripe_facts import StripeEvent
from portal.billing.payments.use_cases.checkout import charge_saved
from portal.billing.payments.use_cases.stuck import sync_stuck_attempts
from portal.billing.stripe.api import Limits, Stripe, StripeUnknown
from portal.billing.stripe.objects import WebhookEvent
from portal.billing.stripe_events.use_cases import process_event, store_event
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from tests.builders import Build
from tests.paying import Till
from tests.sandbox.stripe.standing import KEY, SECRET, Receiver, Sandbox, until

pytestmark = pytest.mark.slow

# kind, options, and which requests it hits.
REQUESTS: list[tuple[str, dict[str, Any], str]] = [
    ("lose_answer", {}, "POST /v1/checkout/sessions"),
    ("cut_before", {}, "POST /v1/checkout/sessions"),
    ("error_500", {}, "POST /v1/checkout/sessions"),
    ("error_500", {"acted": True}, "POST /v1/checkout/sessions"),
    ("rate_limit", {}, "POST /v1/checkout/sessions"),
    ("html", {}, "POST /v1/checkout/sessions"),
    ("html", {"acted": True}, "POST /v1/checkout/sessions"),
    ("broken_json", {}, "POST /v1/checkout/sessions"),
    ("broken_json", {"acted": True}, "POST /v1/checkout/sessions"),
    ("slow", {"seconds": 1.5}, "POST /v1/checkout/sessions"),
    ("late_answer", {"seconds": 1.5}, "POST /v1/checkout/sessions"),
    ("lose_answer", {}, "GET /v1/checkout/sessions/*"),
    ("error_500", {}, "GET /v1/checkout/sessions/*"),
    ("html", {}, "GET /v1/checkout/sessions/*"),
    ("broken_json", {}, "GET /v1/checkout/sessions/*"),
    ("late_answer", {"seconds": 1.5}, "GET /v1/checkout/sessions/*"),
]
CHARGES: list[tuple[str, dict[str, Any]]] = [
    ("lose_answer", {}),
    ("cut_before", {}),
    ("error_500", {}),
    ("error_500", {"acted": True}),
    ("rate_limit", {}),
    ("html", {"acted": True}),
    ("broken_json", {"acted": True}),
    ("slow", {"seconds": 1.5}),
    ("late_answer", {"seconds": 1.5}),
]


def hasty(till: Till, kind: str) -> Stripe:
    """The first client: one that does not wait for a late answer."""
    return till.stripe(limits=Limits((10.0, 0.5), retries=0)) if kind in ("slow", "late_answer") else till.api


def eventually_open(till: Till, attempt: PaymentAttempt, first: Stripe) -> str:
    """As a payer does: the page, then the page that asks again, until there is somewhere to pay."""
    try:
        return till.open(attempt, first)
    except StripeUnknown:
        assert till.attempt(attempt).state == "created", "no answer is no failure"

    def ask() -> str | None:
        try:
            return till.sync(attempt).checkout_url
        except StripeUnknown:
            return None

    return str(until(ask))


def eventually_over(till: Till, attempt: PaymentAttempt, first: Stripe) -> PaymentAttempt:
    asking = chain([first], repeat(till.api))

    def look() -> PaymentAttempt | None:
        try:
            seen = till.sync(attempt, next(asking))
        except StripeUnknown:
            return None
        return seen if seen.state not in ("created", "open") else None

    found = until(look)
    assert isinstance(found, PaymentAttempt)
    return found


@pytest.mark.parametrize(("kind", "options", "match"), REQUESTS)
def test_checkout_under_every_fault(till: Till, kind: str, options: dict[str, Any], match: str) -> None:
    """Invariant 11: a crash or cut between asking and knowing ends in one charge. Seen failing with a new
    idempotency key for each try: two pages."""
    bill = till.invoice()
    attempt = till.start(bill)
    till.sandbox.fault(kind, match=match, **options)
    url = eventually_open(till, attempt, hasty(till, kind))
    till.by_card(url)
    assert eventually_over(till, attempt, hasty(till, kind)).state == "succeeded"
    assert len(till.client.v1.checkout.sessions.list().data) == 1
    assert len(till.charges()) == len(till.payments()) == len(till.postings()) == 1
    assert till.opens(bill) == [0]
    till.check_books()


@pytest.mark.parametrize(("kind", "options"), CHARGES)
def test_a_saved_card_under_every_fault(till: Till, kind: str, options: dict[str, Any]) -> None:
    """Invariant 11 for charges without a page. Seen failing with a new idempotency key for each try: two charges."""
    first = till.start(till.invoice(1_000), save_method=True)
    till.by_card(till.open(first), save="on")
    method_id = _method_of(till, first)
    bill = till.invoice(4_000)
    attempt = till.start(bill, saved_method_id=method_id, via="autopay")
    till.sandbox.fault(kind, match="POST /v1/payment_intents", **options)
    try:
        charge_saved(till.sessions, attempt.id, now=utcnow(), api=hasty(till, kind))
    except StripeUnknown:
        assert till.attempt(attempt).state == "created", "no answer is no failure"
    assert eventually_over(till, attempt, till.api).state == "succeeded"
    assert sorted(charge.amount for charge in till.charges()) == [1_000, 4_000]
    assert len(till.postings()) == 2
    till.check_books()


def _method_of(till: Till, attempt: PaymentAttempt) -> int:
    till.sync(attempt)
    with till.sessions() as session:
        return session.scalars(select(SavedMethod.id)).one()


@pytest.fixture(scope="module")
def hooked() -> Iterator[tuple[Sandbox, Receiver]]:
    """A sandbox that sends webhooks."""
    receiver = Receiver()
    sandbox = Sandbox("memory", "--webhook", receiver.url, "--webhook-secret", SECRET)
    yield sandbox, receiver
    sandbox.stop()
    receiver.close()


@pytest.fixture
def heard(
    hooked: tuple[Sandbox, Receiver], sessions: sessionmaker[Session], build: Build
) -> tuple[Till, Receiver]:
    sandbox, receiver = hooked
    sandbox.control("reset")
    receiver.forget()
    return Till(sandbox, sessions, build), receiver


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("webhook_duplicate", {"copies": 5, "times": 20}),
        ("webhook_reorder", {"times": 4, "seconds": 0.5}),
        ("webhook_delay", {"seconds": 0.5, "times": 20}),
        ("webhook_drop", {"times": 20}),
    ],
)
def test_webhooks_under_every_fault(heard: tuple[Till, Receiver], kind: str, options: dict[str, Any]) -> None:
    """Invariants 2 and 12. Seen failing without the inbox's "on conflict": a repeated event was an error."""
    till, receiver = heard
    bill = till.invoice()
    attempt = till.start(bill)
    url = till.open(attempt)
    till.sandbox.fault(kind, **options)
    till.by_card(url)
    if kind != "webhook_drop":
        receiver.wait_for("checkout.session.completed", 5 if kind == "webhook_duplicate" else 1)
        receiver.wait_for("payment_intent.succeeded")
        take_in(till, receiver)
    else:
        sync_stuck_attempts(till.sessions, now=utcnow(), api=till.api, all_live=True)
    assert till.attempt(attempt).state == "succeeded"
    assert len(till.charges()) == len(till.payments()) == len(till.postings()) == 1
    till.check_books()


def take_in(till: Till, receiver: Receiver) -> None:
    """Store and process every delivery, all at the same moment, repeats too."""
    ids = [event.id for event in list(receiver.events)]
    with transaction(till.sessions) as session:
        for event in list(receiver.events):
            thing: Any = event.data.object
            store_event(
                session, WebhookEvent(event.id, event.type, thing["id"], event.livemode), now=utcnow()
            )
    errors: list[Exception] = []

    def work(event_id: str) -> None:
        try:
            process_event(till.sessions, event_id, now=utcnow(), api=till.api)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(event_id,)) for event_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with till.sessions() as session:
        assert set(session.scalars(select(StripeEvent.id))) == set(ids)


def test_keys_never_stand_where_people_look(till: Till) -> None:
    api = till.stripe()
    assert KEY not in repr(api)
    assert SECRET not in repr(api)
