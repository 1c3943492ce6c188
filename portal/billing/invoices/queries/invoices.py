"""A company's invoices and credit memos: the list, filtered and a page at a time, and one of them by its number.

What is open comes by its due day, the earliest first, because that is what one pays; everything else comes
newest first. Both orders are those of an index that begins with the company.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.sight import company_condition
from portal.billing.invoices.filters import InvoiceFilter
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.billing.payment_states import LIVE
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.foundation.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE = 25
BY_DUE_DAY = frozenset({"open", "overdue"})


def _attempts(what: Any, *states: str) -> Any:
    return (
        select(what)
        .select_from(PaymentAllocation)
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(PaymentAllocation.invoice_id == Invoice.id, PaymentAttempt.state.in_(states))
        .scalar_subquery()
    )


# Each is one look into an index per row of the page.
_DISPUTED = (
    select(InvoiceDispute.amount_minor)
    .where(InvoiceDispute.invoice_id == Invoice.id, InvoiceDispute.closed_at.is_(None))
    .scalar_subquery()
)
_PROMISED = (
    select(func.max(PaymentPromise.promised_on))
    .where(PaymentPromise.invoice_id == Invoice.id, PaymentPromise.withdrawn_at.is_(None))
    .scalar_subquery()
)
COLUMNS: tuple[Any, ...] = (
    Invoice.id,
    Invoice.number,
    Invoice.kind,
    Invoice.order_number,
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.currency,
    Invoice.total_minor,
    Invoice.open_minor,
    Invoice.po_number,
    Invoice.job_name,
    Invoice.net_minor,
    Invoice.tax_minor,
    Invoice.reason,
    _DISPUTED.label("disputed_minor"),
    _PROMISED.label("promised_on"),
    func.coalesce(_attempts(func.sum(PaymentAllocation.amount_minor), *LIVE), 0).label("under_way_minor"),
    _attempts(func.min(PaymentAttempt.run_on), "scheduled").label("scheduled_on"),
)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One document of the list. Amounts in minor units of ``currency``, below zero on credit memos.

    ``under_way_minor`` is what payments on their way speak for, ``disputed_minor`` what an open dispute contests.
    """

    id: int
    number: str
    kind: str
    order_number: str
    issued_on: date
    due_on: date
    currency: str
    total_minor: int
    open_minor: int
    po_number: str
    job_name: str
    net_minor: int
    tax_minor: int
    reason: str
    disputed_minor: int | None
    promised_on: date | None
    under_way_minor: int
    scheduled_on: date | None

    @property
    def payable_minor(self) -> int:
        """What may be paid (or used) now: open, and no payment on its way speaks for it."""
        return self.open_minor - self.under_way_minor


def invoices(
    session: Session,
    *,
    company_id: int,
    wanted: InvoiceFilter,
    today: date,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[InvoiceRow]:
    """One page of the company's documents, in one statement. The transaction keeps to indexes
    (``ageing.keep_to_indexes``, once per request).

    :param after: cursor: the page that follows that document in the list.
    :param before: cursor: the page that precedes it.
    """
    backwards = before is not None and after is None
    key = _key(before if backwards else after)
    query = select(*COLUMNS).where(Invoice.company_id == company_id, *_conditions(wanted, today))
    found = [_row(row) for row in session.execute(_placed(query, wanted, key, backwards).limit(size + 1))]
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    has_next = key is not None if backwards else more
    has_previous = more if backwards else key is not None
    return Page(
        rows,
        next_cursor=_cursor(rows[-1], wanted) if rows and has_next else None,
        previous_cursor=_cursor(rows[0], wanted) if rows and has_previous else None,
    )


def invoice_for(session: Session, actor: Actor, number: str) -> Invoice:
    """The document of the actor's company.

    :raises NotFound: when the company has none of this number.
    """
    found = session.scalar(
        select(Invoice).where(Invoice.number == number, Invoice.company_id == actor.customer_id)
    )
    if found is None:
        raise NotFound
    return found


def invoice_for_staff(session: Session, actor: Actor, number: str) -> Invoice:
    """The document as staff read it; a rep reads those of their assigned companies.

    :raises NotFound: when there is none for them.
    """
    in_sight = company_condition(actor, Invoice.company_id)
    found = session.scalar(select(Invoice).where(Invoice.number == number, in_sight))
    if found is None:
        raise NotFound
    return found


def company_of(session: Session, invoice: Invoice) -> Company:
    """The company that owes it, for staff."""
    return session.get_one(Company, invoice.company_id)


def _row(row: Row[Any]) -> InvoiceRow:
    values = row._asdict()
    values["under_way_minor"] = int(values["under_way_minor"])
    return InvoiceRow(**values)


def _placed(
    query: Select[Any], wanted: InvoiceFilter, key: tuple[date, int] | None, backwards: bool
) -> Select[Any]:
    """In the order of its status, from the cursor on."""
    day = Invoice.due_on if wanted.status in BY_DUE_DAY else Invoice.issued_on
    place, ascending = tuple_(day, Invoice.id), (wanted.status in BY_DUE_DAY) is not backwards
    if key is not None:
        query = query.where(place > tuple_(*key) if ascending else place < tuple_(*key))
    order: Sequence[Any] = (day, Invoice.id) if ascending else (day.desc(), Invoice.id.desc())
    return query.order_by(*order)


def _conditions(wanted: InvoiceFilter, today: date) -> Iterator[ColumnElement[bool]]:
    if wanted.status in BY_DUE_DAY:
        # Said twice, because the index is one of everything that is open, credit memos too.
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
        yield Invoice.job_name.icontains(wanted.job, autoescape=True)
    if wanted.po:
        yield Invoice.po_number.icontains(wanted.po, autoescape=True)
    if wanted.text:
        columns = (Invoice.number, Invoice.po_number, Invoice.order_number, Invoice.job_name)
        yield or_(*(column.icontains(wanted.text, autoescape=True) for column in columns))


def _cursor(row: InvoiceRow, wanted: InvoiceFilter) -> str:
    day = row.due_on if wanted.status in BY_DUE_DAY else row.issued_on
    return encode_cursor(day.isoformat(), row.id)


def _key(cursor: str | None) -> tuple[date, int] | None:
    decoded = decode_cursor(cursor, str, int)
    if decoded is None:
        return None
    try:
        return date.fromisoformat(decoded[0]), decoded[1]
    except ValueError:
        return None
