"""Open invoices by number, and a page of them by number, PO and age."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.billing.invoices.queries.open_documents import OpenDocument, documents_where, of_company
from portal.billing.invoices.remittance import keys_of, plain, words_in
from portal.billing.models.invoices import Invoice
from portal.foundation.sql import holds

SHOWN = 60  # invoices on a page
# How far past its due day an invoice is at least; "due" is also today's.
AGES = {
    "": "All open",
    "due": "Due by today",
    "overdue": "Overdue",
    "30": "More than 30 days overdue",
    "60": "More than 60 days overdue",
    "90": "More than 90 days overdue",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open invoices are shown: ``text`` in number, PO, order or job; ``age`` of AGES; ``page`` from 1."""

    text: str = ""
    age: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class OpenPage:
    """One page of open invoices, of ``count``: company by company, of each the earliest due first."""

    documents: Sequence[OpenDocument]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // SHOWN))


def open_page(
    session: Session, company_ids: Sequence[int], currency: str, wanted: Wanted, today: date
) -> OpenPage:
    """The page that is wanted, or the last one there is. Two statements.

    :param company_ids: in the order in which their invoices are shown.
    """
    mine = [
        of_company(company_ids),
        Invoice.kind == "invoice",
        Invoice.open_minor != 0,
        Invoice.open_minor > 0,
        Invoice.currency == currency,
        *_filters(wanted, today),
    ]
    count = session.scalar(select(func.count()).select_from(Invoice).where(*mine)) or 0
    page = min(max(1, wanted.page), max(1, -(-count // SHOWN)))
    found = documents_where(session, *mine, limit=SHOWN, offset=(page - 1) * SHOWN, by=_in_order(company_ids))
    return OpenPage(found, count, page)


def every_open(session: Session, company_ids: Sequence[int], currency: str) -> list[OpenDocument]:
    """All open invoices of these companies, in the order in which pages show them. One statement."""
    mine = [of_company(company_ids), Invoice.kind == "invoice", Invoice.open_minor != 0]
    return documents_where(session, *mine, Invoice.currency == currency, by=_in_order(company_ids))


def _in_order(company_ids: Sequence[int]) -> list[ColumnElement[int]]:
    places = {id: place for place, id in enumerate(company_ids)}
    return [case(places, value=Invoice.company_id)] if len(company_ids) > 1 else []


def _filters(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        columns = (Invoice.number, Invoice.po_number, Invoice.order_number, Invoice.job_name)
        conditions.append(or_(*(holds(column, wanted.text) for column in columns)))
    if wanted.age == "due":
        conditions.append(Invoice.due_on <= today)
    elif wanted.age:
        days = 0 if wanted.age == "overdue" else int(wanted.age)
        conditions.append(Invoice.due_on < today - timedelta(days=days))
    return conditions


def documents_named(session: Session, company_ids: Collection[int], text: str) -> dict[str, OpenDocument]:
    """The documents of these companies that a remittance may name, paid ones too, by what they are called. One statement,
    none for a text without a number."""
    words = words_in(text)
    if not words:
        return {}
    keys = {plain(word) for word in words} | {f"INV{word}" for word in words if word.isdecimal()}
    exact = {each for word in words for each in (word, word.upper())}
    exact |= {f"INV-{word}" for word in words if word.isdecimal()}
    spelled = func.upper(func.regexp_replace(Invoice.number, "[^[:alnum:]]", "", "g"))
    named = or_(Invoice.number.in_(exact), and_(Invoice.open_minor != 0, spelled.in_(keys)))
    found = documents_where(session, of_company(company_ids), named)
    by_key = {key: each for each in found for key in keys_of(each.number)}
    return by_key | {plain(each.number): each for each in found}


def documents_of(session: Session, company_ids: Collection[int], ids: Collection[int]) -> list[OpenDocument]:
    """The documents of these companies with these ids, the earliest due first. One statement, none without ids."""
    if not ids:
        return []
    return documents_where(session, of_company(company_ids), Invoice.id.in_(list(ids)))
