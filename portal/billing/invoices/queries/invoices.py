"""A company's invoices and credit memos: the list, filtered and a page at a time, and one of them by its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from portal.billing.invoices.filters import InvoiceFilter
from portal.billing.invoices.queries.list_order import conditions, cursor_of, key_of, placed
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.billing.payment_states import LIVE
from portal.foundation.paging import Page

PAGE_SIZE = 25


def _attempts(what: Any, *states: str) -> Any:
    return (
        select(what)
        .select_from(PaymentAllocation)
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(PaymentAllocation.invoice_id == Invoice.id, PaymentAttempt.state.in_(states))
        .scalar_subquery()
    )


# Each is one index lookup per row of the page.
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
    Invoice.ordered_by,
    Invoice.placed_by_rep,
    _DISPUTED.label("disputed_minor"),
    _PROMISED.label("promised_on"),
    func.coalesce(_attempts(func.sum(PaymentAllocation.amount_minor), *LIVE), 0).label("under_way_minor"),
    _attempts(func.min(PaymentAttempt.run_on), "scheduled").label("scheduled_on"),
)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One document of the list. Amounts in minor units of ``currency``, below zero on credit memos.

    ``under_way_minor`` is what payments under way cover, ``disputed_minor`` what is in an open dispute.
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
    ordered_by: str
    placed_by_rep: str
    disputed_minor: int | None
    promised_on: date | None
    under_way_minor: int
    scheduled_on: date | None

    @property
    def payable_minor(self) -> int:
        """What may be paid (or used) now: open, and not covered by a payment under way."""
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
    key = key_of(before if backwards else after)
    query = select(*COLUMNS).where(Invoice.company_id == company_id, *conditions(wanted, today))
    found = [_row(row) for row in session.execute(placed(query, wanted, key, backwards).limit(size + 1))]
    ends = (len(found) > size, key is not None)  # whether there is more beyond, and on the side we came from
    has_next, has_previous = ends[::-1] if backwards else ends
    return _page(found[:size][:: -1 if backwards else 1], wanted, has_next, has_previous)


def _page(
    rows: list[InvoiceRow], wanted: InvoiceFilter, has_next: bool, has_previous: bool
) -> Page[InvoiceRow]:
    return Page(
        rows,
        next_cursor=_cursor(rows[-1], wanted) if rows and has_next else None,
        previous_cursor=_cursor(rows[0], wanted) if rows and has_previous else None,
    )


def _row(row: Row[Any]) -> InvoiceRow:
    values = row._asdict()
    values["under_way_minor"] = int(values["under_way_minor"])
    return InvoiceRow(**values)


def _cursor(row: InvoiceRow, wanted: InvoiceFilter) -> str:
    return cursor_of(row.due_on, row.issued_on, row.id, wanted)
