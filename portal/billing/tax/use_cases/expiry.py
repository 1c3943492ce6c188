"""Certificates that run out: both sides are told in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Company
from portal.billing.models.tax import ACCEPTED, TaxExemption
from portal.billing.tax.facts import record_exemption_running_out
from portal.billing.tax.letters import mail_exemption_runs_out
from portal.foundation.clock import local
from portal.foundation.db import transaction

# Days before the last day, and the day after it. Of several that were missed only the latest is told.
WARN_DAYS = (60, 14, -1)
# What ran out longer ago is not news.
FORGET = timedelta(days=30)
BATCH = 100
FROM_HOUR, TO_HOUR = 8, 20  # on the seller's clock: nobody is written to at night


def warn_of_expiry(sessions: Callable[[], Session], *, now: datetime, zone: str) -> int:
    """Tell the company and our administrators of accepted certificates that run out, each step once. One that is followed
    by a certificate of the same region which holds longer is left out. Idempotent.

    :param zone: the seller's time zone; nothing is sent before 8 a.m. and after 8 p.m. there.
    :returns: how many certificates people were told of.
    """
    here = local(now, zone)
    if not FROM_HOUR <= here.hour < TO_HOUR:
        return 0
    today, told, last = here.date(), 0, 0
    while True:
        with transaction(sessions) as session:
            batch = _running_out(session, today, last)
            told += sum(_warn(session, each, today, now) for each in batch)
            if len(batch) < BATCH:
                return told
            last = batch[-1].id


def step_on(today: date, valid_to: date) -> int | None:
    """The step that is due on a day; None before the first."""
    left = (valid_to - today).days
    due = [days for days in WARN_DAYS if left <= days]
    return min(due) if due else None


def _warn(session: Session, found: TaxExemption, today: date, now: datetime) -> bool:
    step = step_on(today, found.valid_to)
    if step is None or (found.warned_days is not None and found.warned_days <= step):
        return False
    found.warned_days = step
    record_exemption_running_out(session, found, step, now=now)
    mail_exemption_runs_out(session, found, step)
    return True


def _running_out(session: Session, today: date, last: int) -> list[TaxExemption]:
    """A batch of them by id; two workers take them one after the other."""
    later = aliased(TaxExemption)
    followed = (
        select(later.id)
        .where(
            later.company_id == TaxExemption.company_id,
            later.region == TaxExemption.region,
            later.state == ACCEPTED,
            later.ended_at.is_(None),
            later.valid_to > TaxExemption.valid_to,
        )
        .exists()
    )
    query = (
        select(TaxExemption)
        .join(Company, Company.id == TaxExemption.company_id)
        .where(
            Company.disabled_at.is_(None),
            TaxExemption.state == ACCEPTED,
            TaxExemption.ended_at.is_(None),
            TaxExemption.valid_to.between(today - FORGET, today + timedelta(days=WARN_DAYS[0])),
            TaxExemption.id > last,
            ~followed,
        )
        .order_by(TaxExemption.id)
        .limit(BATCH)
        .with_for_update(of=TaxExemption)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))
