"""What the books and Stripe do not agree on at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.stripe_facts import Discrepancy
from portal.touchpoints.interaction import note_shown

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference, with its company where it has one."""

    kind: str
    words: str
    found_at: datetime
    seen_at: datetime
    company_id: int | None
    company_code: str | None
    company_name: str | None


def open_differences(session: Session) -> list[DifferenceRow]:
    """The differences that are not settled, oldest first. One statement."""
    found = session.execute(
        select(
            Discrepancy.kind,
            Discrepancy.words,
            Discrepancy.found_at,
            Discrepancy.seen_at,
            Company.id.label("company_id"),
            Company.code.label("company_code"),
            Company.name.label("company_name"),
        )
        .outerjoin(Company, Company.id == Discrepancy.company_id)
        .where(Discrepancy.settled_at.is_(None))
        .order_by(Discrepancy.found_at, Discrepancy.id)
        .limit(MOST_SHOWN)
    )
    rows = [DifferenceRow(**row._asdict()) for row in found]
    note_shown(session, *(row.company_id for row in rows))
    return rows
