"""The certificates that exempt from sales tax: a company's, and those that wait for us or run out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, undefer

from portal.accounts.models import Company
from portal.billing.models.tax import ACCEPTED, WAITING, TaxExemption, TaxRate
from portal.foundation.errors import NotFound
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.touchpoints.interaction import note_shown

ROWS_PER_PAGE = 25
# How far ahead staff see what runs out.
AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ListedExemption:
    """A certificate in a list for staff, with whose it is."""

    id: int
    code: str
    company_name: str
    region: str
    number: str
    reason: str
    valid_from: date
    valid_to: date
    added_at: datetime
    counts: bool
    company_id: int


def exemptions_of(session: Session, company_id: int) -> list[TaxExemption]:
    """All of a company's, without their files: those that hold longest first, ended ones last. One statement."""
    order = (TaxExemption.ended_at.is_not(None), TaxExemption.valid_to.desc(), TaxExemption.id.desc())
    found = select(TaxExemption).where(TaxExemption.company_id == company_id).order_by(*order)
    return list(session.scalars(found))


def exemption_of(session: Session, company_id: int, exemption_id: int) -> TaxExemption:
    """One of a company's, without its file.

    :raises NotFound: when the company has none of that id.
    """
    own = (TaxExemption.id == exemption_id, TaxExemption.company_id == company_id)
    found = session.scalars(select(TaxExemption).where(*own)).one_or_none()
    if found is None:
        raise NotFound
    return found


def exemption_file(session: Session, company_id: int, exemption_id: int) -> TaxExemption:
    """A company's certificate with its file.

    :raises NotFound: when the company has none of that id, or it came without a file.
    """
    found = session.scalars(
        select(TaxExemption)
        .options(undefer(TaxExemption.file))
        .where(TaxExemption.id == exemption_id, TaxExemption.company_id == company_id)
    ).one_or_none()
    if found is None or not found.file:
        raise NotFound
    return found


_LISTED = select(
    TaxExemption.id,
    Company.code,
    Company.name,
    TaxExemption.region,
    TaxExemption.certificate_number,
    TaxExemption.reason,
    TaxExemption.valid_from,
    TaxExemption.valid_to,
    TaxExemption.added_at,
    TaxExemption.counts_from.is_not(None),
    Company.id,
).join(Company, Company.id == TaxExemption.company_id)


def waiting_exemptions(session: Session, *, after: str | None = None) -> Page[ListedExemption]:
    """Those that nobody has looked at, the oldest first. One statement."""
    query = _LISTED.where(TaxExemption.state == WAITING, TaxExemption.ended_at.is_(None))
    key = decode_cursor(after, datetime, int)
    if key is not None:
        query = query.where(tuple_(TaxExemption.added_at, TaxExemption.id) > tuple_(*key))
    rows = session.execute(
        query.order_by(TaxExemption.added_at, TaxExemption.id).limit(ROWS_PER_PAGE + 1)
    ).all()
    shown = _shown(session, rows[:ROWS_PER_PAGE])
    more = len(rows) > ROWS_PER_PAGE
    return Page(shown, encode_cursor(shown[-1].added_at, shown[-1].id) if more else None)


def exemptions_running_out(session: Session, today: date) -> Sequence[ListedExemption]:
    """Accepted ones whose last day comes soon, the first ones to end first. One statement."""
    query = _LISTED.where(
        TaxExemption.state == ACCEPTED,
        TaxExemption.ended_at.is_(None),
        TaxExemption.valid_to.between(today, today + AHEAD),
    )
    rows = session.execute(query.order_by(TaxExemption.valid_to, TaxExemption.id).limit(ROWS_PER_PAGE)).all()
    return _shown(session, rows)


def _shown(session: Session, rows: Iterable[Any]) -> list[ListedExemption]:
    shown = [ListedExemption(*row) for row in rows]
    note_shown(session, *(each.company_id for each in shown))
    return shown


def taxed_regions(session: Session) -> list[str]:
    """Regions with a rate, for the field that asks for one. One statement."""
    return list(session.scalars(select(TaxRate.region).distinct().order_by(TaxRate.region)))
