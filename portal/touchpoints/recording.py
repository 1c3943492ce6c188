"""Recording touchpoints. Facts are collected while a use case runs and written, all in one statement,
just before its transaction commits: no commit, no touchpoint; no touchpoint, no commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, SessionTransaction

from portal.foundation.actor import Actor
from portal.foundation.clock import to_microseconds, utcnow
from portal.touchpoints.identity import fact_id, fingerprint, moment_id
from portal.touchpoints.insertion import write
from portal.touchpoints.interaction import Interaction, interaction_of
from portal.touchpoints.kind import Kind, Touch
from portal.touchpoints.scrub import clean_text
from portal.touchpoints.validity import checked
from portal.touchpoints.vocabulary import CHANNELS, OUTCOMES, ROLES

Row = dict[str, Any]  # a row of the log by its columns; its 53 columns take numbers, words, ids and JSON
LINKS = frozenset(
    {
        "order_id",
        "order_line_no",
        "draft_id",
        "invoice_id",
        "payment_id",
        "quote_id",
        "product_id",
        "variant_id",
        "case_id",
        "survey_id",
        "promise_id",
        "delegation_id",
    }
)


@dataclass(frozen=True)
class Event:
    """One interaction to be recorded. ``key`` makes a fact's id: the same key is always the same fact."""

    what: Touch
    actor: Actor
    now: datetime
    key: str | None = None
    account_id: int | None = None
    store_id: int | None = None
    outcome: str = "ok"
    error_code: str | None = None
    channel: str | None = None
    source: str | None = None
    value_minor: int | None = None
    currency: str | None = None
    task_type: str | None = None
    task_id: UUID | None = None
    latency_ms: int | None = None
    dwell_ms: int | None = None
    attempt_no: int | None = None
    step_no: int | None = None
    handoff: bool = False
    causation_id: UUID | None = None
    voids_event_id: UUID | None = None
    links: dict[str, int | None] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What the catalogue says about it."""
        return self.what.kind

    @property
    def name(self) -> str:
        """Its kind's name."""
        return self.what.kind.name


class RecordedTwice(Exception):
    """A business fact was about to be recorded a second time; its transaction must not commit."""


def record(session: Session, event: Event) -> None:
    """Keep a business fact; it is written when, and only when, the session's transaction commits.

    :raises ValueError: when there is no such outcome, channel or link, or a fact has no key.
    """
    check(event)
    if not session.in_transaction():
        session.begin()  # whose end decides whether the event is written or forgotten
    session.info.setdefault("touchpoints", []).append(event)


def check(event: Event) -> None:
    """Refuse what is a mistake of the code, not of the data.

    :raises ValueError: in one sentence.
    """
    if event.kind.fact and not event.key:
        raise ValueError(f"{event.name} is a fact and needs a key: {event.name}:entity[:version]")
    if event.outcome not in OUTCOMES:
        raise ValueError(f"{event.name}: no outcome is called {event.outcome!r}")
    if event.channel is not None and event.channel not in CHANNELS:
        raise ValueError(f"{event.name}: no channel is called {event.channel!r}")
    if not LINKS.issuperset(event.links):
        raise ValueError(f"{event.name}: no link is called {', '.join(sorted(set(event.links) - LINKS))}")


def row_of(event: Event, where: Interaction, received_us: int, latency_ms: int | None = None) -> Row:
    """The row of the log, with the actor and the person acted for; see docs/touchpoints.md for every column."""
    kind = event.kind
    row: Row = {
        "event_id": str(fact_id(event.key) if event.key else moment_id(event.now)),
        "occurred_us": to_microseconds(event.now),
        "received_us": received_us,
        "idempotency_key": event.key,
        "latency_ms": None if kind.sample else event.latency_ms or latency_ms,
        **_what(event),
        **_who(event, where),
        **_where(event, where),
        **event.links,
    }
    row = {name: _stored(value) for name, value in row.items()}
    # Facts, and samples that a browser sends with an id, are in the log only once.
    return {**row, "fingerprint": fingerprint(row), "once": event.key is not None}


def _stored(value: Any) -> Any:
    """As the insertion takes it: ids as text, and no text that comes with a header or an address as it came."""
    if isinstance(value, UUID):
        return str(value)
    return clean_text(value) if isinstance(value, str) else value


def _what(event: Event) -> Row:
    """Columns of what happened and how it ended."""
    kind = event.kind
    props, wrong = checked(kind, event.what.props)
    return {
        "schema_ver": kind.version,
        "name": kind.name,
        "stage": kind.stage,
        "outcome": event.outcome,
        "error_code": event.error_code,
        "props": props,
        "valid": wrong is None,
        "invalid_reason": wrong,
        "value_minor": event.value_minor,
        "currency": event.currency if event.value_minor is not None else None,
        "consent_basis": "contract" if kind.fact else "none",
        "classification": "internal",
    }


def _who(event: Event, where: Interaction) -> Row:
    """Columns of the people: the actor, and the person acted for."""
    actor = event.actor
    is_customer = actor.kind == "customer"
    subject = actor.subject_user_id if is_customer or actor.is_acting else None
    return {
        "account_id": event.account_id if event.account_id is not None else actor.company_id,
        "store_id": event.store_id,
        "actor_id": actor.user_id,
        "actor_role": ROLES.get(actor.kind, actor.kind),
        "subject_user_id": subject,
        "on_behalf": subject is not None and actor.user_id is not None and subject != actor.user_id,
        "delegation_id": actor.delegation_id,
        # The browser of a member of staff is never joined to a customer.
        "visitor_id": where.visitor_id if is_customer or actor.kind == "anonymous" else None,
        "session_id": actor.session_id or where.session_id,
    }


def _where(event: Event, where: Interaction) -> Row:
    """Columns of the circumstances: channel, task, cause."""
    return {
        "source": event.source or where.source,
        "channel": event.channel or where.channel,
        "task_id": event.task_id,
        "task_type": event.task_type or event.kind.task,
        "dwell_ms": event.dwell_ms,
        "attempt_no": event.attempt_no,
        "step_no": event.step_no,
        "handoff": event.handoff,
        "causation_id": event.causation_id,
        "voids_event_id": event.voids_event_id,
        "correlation_id": where.correlation_id,
        "trace_id": where.trace_id,
        "dnt": where.dnt,
    }


def rows_of(events: Iterable[Event], where: Interaction, latency_ms: int | None = None) -> list[Row]:
    """Rows of several events that happened under the same circumstances.

    :param latency_ms: how long the answer took that showed them.
    """
    received_us = to_microseconds(utcnow())
    return [row_of(event, where, received_us, latency_ms) for event in events]


def write_recorded(session: Session) -> None:
    """Write what was recorded in the session; called before every commit.

    :raises RecordedTwice: when a fact is in the log already.
    """
    events: list[Event] | None = session.info.get("touchpoints")
    if not events or session.in_nested_transaction():
        return  # a released savepoint commits nothing yet
    session.flush()  # so that the lock on the session's row is the last one taken
    rows = rows_of(events, interaction_of(session))
    session.info["touchpoints"] = []
    try:
        write(session.connection(), rows)
    except IntegrityError as error:
        if "pk_touchpoint_fact" not in str(error.orig):
            raise
        keys = ", ".join(sorted(event.key for event in events if event.key))
        raise RecordedTwice(f"already in the touchpoint log, one of: {keys}") from error


def _savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = session.info.setdefault("touchpoint_marks", {})
        marks[transaction] = len(session.info.get("touchpoints", ()))


def _undo(session: Session, previous: SessionTransaction) -> None:
    mark = session.info.get("touchpoint_marks", {}).get(previous)
    if mark is not None:
        del session.info.get("touchpoints", [])[mark:]


def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("touchpoints", None)
        session.info.pop("touchpoint_marks", None)


# For every session of the process: requests, worker, command line, tests.
sqlalchemy_event.listen(Session, "before_commit", write_recorded)
sqlalchemy_event.listen(Session, "after_transaction_create", _savepoint)
sqlalchemy_event.listen(Session, "after_soft_rollback", _undo)
sqlalchemy_event.listen(Session, "after_transaction_end", _forget)
