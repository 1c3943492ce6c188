"""What one run finds, and what becomes of what earlier runs found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.models.stripe_facts import Discrepancy
from portal.billing.payments.use_cases.prepare import Sessions
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.use_cases.discrepancies import report_difference, settle_differences


@dataclass(frozen=True, slots=True)
class Run:
    """What a run works with."""

    sessions: Sessions
    api: Stripe
    now: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which both sides do not agree. ``at`` is when it happened: a later run that looks back that far
    checks it again."""

    key: str
    kind: str
    words: str
    at: datetime
    company_id: int | None = None


def report_differences(
    session: Session, found: Sequence[Difference], *, over: Collection[str], since: datetime, now: datetime
) -> tuple[int, int]:
    """Report what a run found, and settle what it checked and no longer differs.

    :param over: keys of earlier differences that Stripe was asked about one by one, and that are none now.
    :returns: how many were settled, and how many are open.
    """
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
    settled = _settle_others(session, {each.key for each in found}, since, now)
    settled += settle_differences(session, over, now=now)
    left = session.scalar(
        select(func.count())
        .select_from(Discrepancy)
        .where(Discrepancy.settled_at.is_(None), Discrepancy.acknowledged_at.is_(None))
    )
    return settled, left or 0


def _settle_others(session: Session, reported: Collection[str], since: datetime, now: datetime) -> int:
    open_ones = session.scalars(select(Discrepancy).where(Discrepancy.settled_at.is_(None))).all()
    gone = [each.key for each in open_ones if each.key not in reported and _was_checked(each, since, now)]
    return settle_differences(session, gone, now=now)


def _was_checked(each: Discrepancy, since: datetime, now: datetime) -> bool:
    if each.kind == "attempt_differs":  # found when an attempt is synced, which reports it each time
        return each.seen_at < now
    at = each.details.get("at")
    return isinstance(at, int | float) and at >= since.timestamp()
