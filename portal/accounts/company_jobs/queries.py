"""The jobs (sites, projects) of a company."""

from __future__ import annotations

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from portal.accounts.models import CompanyJob
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.foundation.sql import holds

ROWS_PER_PAGE = 25


def jobs_page(
    session: Session,
    company_id: int,
    *,
    words: str = "",
    cursor: str | None = None,
    size: int = ROWS_PER_PAGE,
) -> Page[CompanyJob]:
    """The company's open jobs by name. One statement.

    :param words: part of a name or of a PO number.
    """
    query = select(CompanyJob).where(CompanyJob.company_id == company_id, CompanyJob.closed_at.is_(None))
    if words:
        matches = [holds(each, words) for each in (CompanyJob.name, CompanyJob.po_number)]
        query = query.where(or_(*matches))
    after = decode_cursor(cursor, str, int)
    if after is not None:
        query = query.where(tuple_(CompanyJob.name, CompanyJob.id) > tuple_(*after))
    found = session.scalars(query.order_by(CompanyJob.name, CompanyJob.id).limit(size + 1)).all()
    shown = found[:size]
    return Page(shown, encode_cursor(shown[-1].name, shown[-1].id) if len(found) > size else None)
