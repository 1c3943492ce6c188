"""What one run finds, and what becomes of what earlier runs found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.models.stripe_facts import Discrepancy
from portal.billing.stripe.use_cases.discrepancies import report_difference, settle_differences

# Kinds that a run finds itself, for people. "attempt_differs" comes from looking at an attempt.
KINDS = {
    "charge_unknown": "Charge without a payment",
    "charge_amount": "Charge of another amount",
    "refund_unknown": "Refund that is not in the books",
    "refund_differs": "Refund of another amount",
    "dispute_unknown": "Chargeback that is not in the books",
    "movement_differs": "Balance that moved differently",
    "not_at_stripe": "In the books, not at Stripe",
    "attempt_differs": "Payment that is not what was asked for",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which both sides do not agree. ``at`` is when it happened, so that a later run knows whether it
    has looked at it again."""

    key: str
    kind: str
    words: str
    at: datetime
    company_id: int | None = None


def write(session: Session, found: list[Difference], *, since: datetime, now: datetime) -> tuple[int, int]:
    """Note what was found, settle what was looked at and no longer differs. Returns how many were settled, and how
    many are open."""
    for each in found:
        report_difference(
            session,
            key=each.key,
            kind=each.kind,
            words=each.words,
            now=now,
            company_id=each.company_id,
            details={"at": each.at.timestamp()},
        )
    still = {each.key for each in found}
    open_ones = session.scalars(select(Discrepancy).where(Discrepancy.settled_at.is_(None))).all()
    gone = [each.key for each in open_ones if each.key not in still and _was_looked_at(each, since, now)]
    settled = settle_differences(session, gone, now=now)
    left = session.scalar(
        select(func.count()).select_from(Discrepancy).where(Discrepancy.settled_at.is_(None))
    )
    return settled, left or 0


def _was_looked_at(each: Discrepancy, since: datetime, now: datetime) -> bool:
    if each.kind == "attempt_differs":
        return each.seen_at < now  # every look at the attempt says so again
    at = each.details.get("at")
    return isinstance(at, int | float) and at >= since.timestamp()
