"""Differences between the ledger and Stripe: reported to staff, settled once both agree again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.models.stripe_facts import Discrepancy


def report_difference(
    session: Session,
    *,
    key: str,
    kind: str,
    words: str,
    now: datetime,
    company_id: int | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Report a difference to staff, or that it is still there. It is listed once per ``key``; one that was acknowledged only
    if it says something else now."""
    values = {"words": words, "details": dict(details or {}), "seen_at": now, "settled_at": None}
    same = Discrepancy.words == words
    kept = {"acknowledged_at": case((same, Discrepancy.acknowledged_at), else_=None)}
    session.execute(
        upsert(Discrepancy)
        .values(key=key, kind=kind, company_id=company_id, found_at=now, **values)
        .on_conflict_do_update(index_elements=["key"], set_={**values, **kept})
    )


def settle_differences(session: Session, keys: Collection[str], *, now: datetime) -> int:
    """Mark differences as settled. Returns how many were open."""
    settled = session.scalars(
        update(Discrepancy)
        .where(Discrepancy.key.in_(keys), Discrepancy.settled_at.is_(None))
        .values(settled_at=now)
        .returning(Discrepancy.id)
    )
    return len(settled.all())
