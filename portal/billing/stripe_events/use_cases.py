"""Webhooks: store the event id, then re-fetch the object from Stripe. The payload itself is never trusted."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.chargebacks.use_cases.sync import sync_chargeback
from portal.billing.models.payments import PaymentAttempt
from portal.billing.models.stripe_facts import StripeEvent
from portal.billing.payments.use_cases.prepare import Sessions
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.refunds.use_cases.posts import DoesNotFit
from portal.billing.refunds.use_cases.sync import sync_refund
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.billing.stripe.objects import WebhookEvent
from portal.billing.stripe.use_cases.discrepancies import report_difference
from portal.foundation.db import transaction
from portal.foundation.jobs import MONEY, JobName, defer

log = structlog.get_logger(__name__)

HANDLE = JobName("billing.stripe_event", MONEY)


def store_event(session: Session, event: WebhookEvent, *, now: datetime) -> bool:
    """Store an event and queue its processing; False if it was stored before. Two statements."""
    new = session.scalar(
        upsert(StripeEvent)
        .values(
            id=event.id, type=event.kind, object_id=event.object_id, livemode=event.livemode, received_at=now
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(StripeEvent.id)
    )
    if new is not None:
        defer(session, HANDLE, {"event_id": event.id})
    return new is not None


def process_event(sessions: Sessions, event_id: str, *, now: datetime, api: Stripe) -> None:
    """Fetch a stored event's object from Stripe and post what is new. Idempotent.

    :raises StripeUnknown: if Stripe does not answer; the job retries.
    """
    with transaction(sessions) as session:
        event = session.get(StripeEvent, event_id)
    if event is None or event.handled_at is not None:
        return
    if event.livemode != api.livemode:
        log.warning("an event of the other mode was skipped", stripe_event=event_id)
    else:
        try:
            _follow(sessions, event, now=now, api=api)
        except StripeRefused as no:
            log.warning(
                "Stripe does not know the object of its own event", stripe_event=event_id, code=no.code
            )
    with transaction(sessions) as session:
        session.execute(update(StripeEvent).where(StripeEvent.id == event_id).values(handled_at=now))


def _follow(sessions: Sessions, event: StripeEvent, *, now: datetime, api: Stripe) -> None:
    kind, thing = event.type, event.object_id
    if kind.startswith("charge.dispute."):
        _payment_first(sessions, api.retrieve_chargeback(thing).intent, now=now, api=api)
        sync_chargeback(sessions, thing, now=now, api=api)
    elif kind.startswith(("refund.", "charge.refund.")):
        _payment_first(sessions, api.retrieve_refund(thing).intent, now=now, api=api)
        _refund(sessions, thing, now=now, api=api)
    else:
        attempt_id = _attempt_of(sessions, kind, thing, api)
        if attempt_id is not None:
            sync_attempt(sessions, attempt_id, now=now, api=api)


def _payment_first(sessions: Sessions, intent: str | None, *, now: datetime, api: Stripe) -> None:
    """The event of a refund or chargeback may arrive before that of its payment."""
    attempt_id = _attempt_of(sessions, "payment_intent.", intent, api) if intent else None
    if attempt_id is not None:
        sync_attempt(sessions, attempt_id, now=now, api=api)


def _refund(sessions: Sessions, refund_id: str, *, now: datetime, api: Stripe) -> None:
    try:
        sync_refund(sessions, refund_id, now=now, api=api)
    except DoesNotFit as error:
        with transaction(sessions) as session:
            report_difference(
                session,
                key=f"refund:{refund_id}",
                kind="refund_differs",
                words=f"{error}.",
                now=now,
                details={"at": now.timestamp()},
            )


def _attempt_of(sessions: Sessions, kind: str, thing: str, api: Stripe) -> int | None:
    """The attempt that an object belongs to: by an id in its row, else by the token in the object."""
    if kind.startswith("checkout.session."):
        known = _known(sessions, PaymentAttempt.checkout_session_id == thing)
        return known or _by_token(sessions, api.retrieve_session(thing).reference)
    if kind.startswith("payment_intent."):
        known = _known(sessions, PaymentAttempt.payment_intent_id == thing)
        return known or _by_token(sessions, api.retrieve_intent(thing).metadata.get("attempt", ""))
    if kind.startswith("charge."):
        charge = api.retrieve_charge(thing)
        known = _known(sessions, PaymentAttempt.payment_intent_id == charge.intent) if charge.intent else None
        return known or _by_token(sessions, charge.metadata.get("attempt", ""))
    return None


def _by_token(sessions: Sessions, token: str) -> int | None:
    return _known(sessions, PaymentAttempt.token == token) if token else None


def _known(sessions: Sessions, condition: ColumnElement[bool]) -> int | None:
    with transaction(sessions) as session:
        return session.scalar(select(PaymentAttempt.id).where(condition))
