"""Touchpoints of choosing a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.clock import to_microseconds
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "pickup_store_selected",
    stage="purchase",
    task="order",
    says="Chose a store",
    meaning="A store was chosen for a draft, or to work with",
    icon="store",
    detail="store",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PickupStoreSelected(Touch):
    """A store was chosen for a draft, or to work with."""

    store_before: int | None = None
    short_lines: int | None = None
    window: bool | None = None
    draft_id: int | None = None


def record_store_chosen(
    session: Session, store_id: int, store_before: int | None, *, actor: Actor, now: datetime
) -> None:
    """Record that a person chose another store to work with.

    :param store_before: id of the store until now; None if there was none.
    """
    record(
        session,
        Event(
            PickupStoreSelected(store_before=store_before),
            actor=actor,
            now=now,
            key=f"pickup_store_selected:{actor.session_id}:{to_microseconds(now)}",
            account_id=actor.company_id,
            store_id=store_id,
        ),
    )
