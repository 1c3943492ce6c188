"""Recording touchpoints. Facts are collected while a use case runs and written, all in one statement,
just before its transaction commits: no commit, no touchpoint; no touchpoint, no commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor


@dataclass(frozen=True)
class Event:
    """One interaction to be recorded. ``key`` makes a fact's id: the same key is the same fact for ever."""

    name: str
    actor: Actor
    now: datetime
    key: str | None = None
    account_id: int | None = None
    store_id: int | None = None
    outcome: str = "ok"
    error_code: str | None = None
    channel: str | None = None
    value_minor: int | None = None
    currency: str | None = None
    task_type: str | None = None
    task_id: UUID | None = None
    latency_ms: int | None = None
    links: dict[str, int | None] = field(default_factory=dict)
    props: dict[str, Any] = field(default_factory=dict)


def record(session: Session, event: Event) -> None:
    """Note a business fact; it is written when, and only when, the session's transaction commits."""
    session.info.setdefault("touchpoints", []).append(event)
