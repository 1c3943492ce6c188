"""Touchpoints of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.periods import Month
from portal.foundation.actor import SYSTEM
from portal.touchpoints.kind import Touch, fact, view
from portal.touchpoints.recording import Event, record


@view(
    "statement_downloaded",
    stage="pay",
    task="pay",
    says="Downloaded a statement",
    meaning="A statement was fetched",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDownloaded(Touch):
    """A statement was fetched."""

    format: str | None = None


@fact(
    "statement_mailed",
    stage="pay",
    task="pay",
    says="Sent a month's statement",
    meaning="A month's statement was mailed to the company",
    icon="mail",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMailed(Touch):
    """A month's statement was mailed; the value is the balance at its end."""

    period: str | None = None


def record_statement_mailed(
    session: Session, company_id: int, month: Month, *, closing_minor: int, currency: str, now: datetime
) -> None:
    """Record that a company was sent its statement."""
    record(
        session,
        Event(
            StatementMailed(period=month.code),
            actor=SYSTEM,
            now=now,
            key=f"statement_mailed:{company_id}:{month.code}:{currency}",
            account_id=company_id,
            channel="email",
            value_minor=closing_minor,
            currency=currency,
        ),
    )
