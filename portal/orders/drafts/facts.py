"""The touchpoints of a draft: each change is a fact of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.models.drafts import Draft
from portal.touchpoints.recording import Event, record


def note(
    session: Session,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    draft: Draft,
    variant_id: int | None = None,
    key: str | None = None,
    order_id: int | None = None,
    value_minor: int | None = None,
    currency: str | None = None,
    **props: Any,
) -> None:
    """Record a fact about a draft; without a key it is one that may happen again."""
    record(
        session,
        Event(
            name,
            actor=actor,
            now=now,
            key=key or f"{name}:{draft.id}:{uuid4().hex}",
            account_id=draft.company_id,
            store_id=draft.store_id,
            value_minor=value_minor,
            currency=currency,
            links={"draft_id": draft.id, "variant_id": variant_id, "order_id": order_id},
            props=props,
        ),
    )
