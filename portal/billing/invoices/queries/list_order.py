"""Which documents a list of invoices has, in which order, and where a page of it begins.

Open documents come by their due day, the earliest first, because that is the order of paying; all others come newest
first. Both orders are those of an index that begins with the company.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, tuple_

from portal.billing.invoices.filters import InvoiceFilter
from portal.billing.models.invoices import Invoice
from portal.foundation.paging import decode_cursor, encode_cursor
from portal.foundation.sql import holds

BY_DUE_DAY = frozenset({"open", "overdue"})


def placed(
    query: Select[Any], wanted: InvoiceFilter, key: tuple[date, int] | None, backwards: bool
) -> Select[Any]:
    """The query in the order of its status, from the cursor on."""
    day = Invoice.due_on if wanted.status in BY_DUE_DAY else Invoice.issued_on
    place, ascending = tuple_(day, Invoice.id), (wanted.status in BY_DUE_DAY) is not backwards
    if key is not None:
        query = query.where(place > tuple_(*key) if ascending else place < tuple_(*key))
    order: Sequence[Any] = (day, Invoice.id) if ascending else (day.desc(), Invoice.id.desc())
    return query.order_by(*order)


def conditions(wanted: InvoiceFilter, today: date) -> Iterator[ColumnElement[bool]]:
    """What a document meets to be in the list."""
    if wanted.status in BY_DUE_DAY:
        # Twice, because the index covers everything open, including credit memos.
        yield and_(Invoice.open_minor != 0, Invoice.open_minor > 0)
    if wanted.status == "overdue":
        yield Invoice.due_on < today
    elif wanted.status == "paid":
        yield and_(Invoice.kind == "invoice", Invoice.open_minor == 0)
    elif wanted.status == "memos":
        yield Invoice.kind == "credit_memo"
    if wanted.issued_from:
        yield Invoice.issued_on >= wanted.issued_from
    if wanted.issued_to:
        yield Invoice.issued_on <= wanted.issued_to
    yield from _named(wanted)


def _named(wanted: InvoiceFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.numbers:
        yield Invoice.number.in_(wanted.numbers)
    if wanted.job:
        yield holds(Invoice.job_name, wanted.job)
    if wanted.po:
        yield holds(Invoice.po_number, wanted.po)
    if wanted.text:
        columns = (Invoice.number, Invoice.po_number, Invoice.order_number, Invoice.job_name)
        yield or_(*(holds(column, wanted.text) for column in columns))


def cursor_of(due_on: date, issued_on: date, id: int, wanted: InvoiceFilter) -> str:
    """A document's place in the list."""
    day = due_on if wanted.status in BY_DUE_DAY else issued_on
    return encode_cursor(day.isoformat(), id)


def key_of(cursor: str | None) -> tuple[date, int] | None:
    """The day and the id in a cursor; None when there is none or somebody made it up."""
    decoded = decode_cursor(cursor, str, int)
    if decoded is None:
        return None
    try:
        return date.fromisoformat(decoded[0]), decoded[1]
    except ValueError:
        return None
