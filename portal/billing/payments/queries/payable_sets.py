"""All that a company can pay at once: what is due, what is overdue, what is open, what a statement shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payment_states import LIVE
from portal.billing.payments.queries.payable import BY_LINK
from portal.billing.payments.rules import MOST_DOCUMENTS
from portal.billing.periods import Month

SETS = ("overdue", "due", "open")  # the last day due before today, until today, any


@dataclass(frozen=True, slots=True)
class Payables:
    """How many invoices, and what is to be paid of them in minor units, before discounts and credit."""

    count: int
    left_minor: int


def everything(
    session: Session,
    company_id: int,
    today: date,
    *,
    month: Month | None = None,
    beside: ColumnElement[bool] | None = None,
) -> tuple[dict[str, Payables], bool]:
    """By name of the set, what can be paid now in the company's currency. One statement.

    :param month: only what its statement shows: invoices issued until its end.
    :param beside: something else to be known; whether it is so.
    """
    columns: list[Any] = []
    for name in SETS:
        fits = _fits(name, today)
        columns += [func.count().filter(fits), func.coalesce(func.sum(_left()).filter(fits), 0)]
    columns.append(false() if beside is None else beside)
    row = session.execute(select(*columns).where(*_payable(company_id, month))).one()
    sets = {name: Payables(row[2 * n], int(row[2 * n + 1])) for n, name in enumerate(SETS)}
    return sets, bool(row[-1])


def numbers_of(
    session: Session, company_id: int, today: date, *, name: str = "open", month: Month | None = None
) -> list[str]:
    """The numbers of a set, the earliest due first; no more than one payment takes. One statement."""
    query = select(Invoice.number).where(*_payable(company_id, month), _fits(name, today))
    return list(session.scalars(query.order_by(Invoice.due_on, Invoice.id).limit(MOST_DOCUMENTS)))


def _fits(name: str, today: date) -> ColumnElement[bool]:
    if name == "overdue":
        return Invoice.due_on < today
    return Invoice.due_on <= today if name == "due" else true()


def _payable(company_id: int, month: Month | None) -> list[ColumnElement[bool]]:
    own = select(Company.currency).where(Company.id == company_id).scalar_subquery()
    found = [
        Invoice.company_id == company_id,
        Invoice.open_minor != 0,
        Invoice.kind == "invoice",
        Invoice.currency == own,
        _left() > 0,
    ]
    return found if month is None else [*found, Invoice.issued_on < month.next.first]


def _left() -> ColumnElement[int]:
    taken = (
        select(func.coalesce(func.sum(PaymentAllocation.amount_minor), 0))
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(PaymentAllocation.invoice_id == Invoice.id, PaymentAttempt.state.in_(LIVE), ~BY_LINK)
        .correlate(Invoice)
        .scalar_subquery()
    )
    return Invoice.open_minor - taken
