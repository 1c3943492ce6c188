"""Where the books and Stripe do not agree: noted for staff, settled when they agree again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.models.stripe_facts import Discrepancy


def note(
    session: Session,
    *,
    key: str,
    kind: str,
    words: str,
    now: datetime,
    company_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Note a difference, or that it is still there. ``key`` names it, so it stands once."""
    values = {"words": words, "details": details or {}, "seen_at": now, "settled_at": None}
    session.execute(
        upsert(Discrepancy)
        .values(key=key, kind=kind, company_id=company_id, found_at=now, **values)
        .on_conflict_do_update(index_elements=["key"], set_=values)
    )


def settle(session: Session, keys: Collection[str], *, now: datetime) -> int:
    """Differences that are no more. Returns how many there were."""
    gone = session.scalars(
        update(Discrepancy)
        .where(Discrepancy.key.in_(keys), Discrepancy.settled_at.is_(None))
        .values(settled_at=now)
        .returning(Discrepancy.id)
    )
    return len(gone.all())
