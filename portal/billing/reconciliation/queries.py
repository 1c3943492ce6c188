"""What the books and Stripe do not agree on at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.stripe_facts import Discrepancy
from portal.touchpoints.interaction import note_shown

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference, with its company where it has one."""

    key: str
    kind: str
    words: str
    found_at: datetime
    seen_at: datetime
    company_id: int | None
    company_code: str | None
    company_name: str | None
    acknowledged_at: datetime | None
    acknowledged_by_name: str
    acknowledged_reason: str


def open_differences(session: Session) -> list[DifferenceRow]:
    """The differences that are neither settled nor acknowledged, oldest first. One statement."""
    return _rows(session, Discrepancy.acknowledged_at.is_(None))


def acknowledged_differences(session: Session) -> list[DifferenceRow]:
    """Those that somebody has acknowledged and that differ still, oldest first. One statement."""
    return _rows(session, Discrepancy.acknowledged_at.is_not(None))


_COLUMNS = (
    Discrepancy.key,
    Discrepancy.kind,
    Discrepancy.words,
    Discrepancy.found_at,
    Discrepancy.seen_at,
    Company.id.label("company_id"),
    Company.code.label("company_code"),
    Company.name.label("company_name"),
    Discrepancy.acknowledged_at,
    Discrepancy.acknowledged_by_name,
    Discrepancy.acknowledged_reason,
)


def _rows(session: Session, condition: ColumnElement[bool]) -> list[DifferenceRow]:
    found = session.execute(
        select(*_COLUMNS)
        .outerjoin(Company, Company.id == Discrepancy.company_id)
        .where(Discrepancy.settled_at.is_(None), condition)
        .order_by(Discrepancy.found_at, Discrepancy.id)
        .limit(MOST_SHOWN)
    )
    rows = [DifferenceRow(**row._asdict()) for row in found]
    note_shown(session, *(row.company_id for row in rows))
    return rows
