"""Open documents of a company, with what payments under way cover."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from portal.billing.documents.early import early_discount
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.models.refunds import Refund
from portal.billing.payment_states import LIVE, REFUND_ASKED


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """An invoice (amounts above zero) or a credit memo (below), in minor units."""

    id: int
    number: str
    kind: str
    issued_on: date
    due_on: date
    currency: str
    total_minor: int
    open_minor: int
    spoken_minor: int
    po_number: str = ""
    job_name: str = ""
    discount_until: date | None = None
    discount_minor: int = 0
    terms_words: str = ""
    paid_minor: int = 0
    credited_minor: int = 0
    company_id: int = 0

    @property
    def free_minor(self) -> int:
        """Not covered by a payment under way: can be paid (invoice) or used (credit memo, below zero). A credit memo whose
        refund is under way is used by that."""
        return self.open_minor - self.spoken_minor

    def due_first(self) -> tuple[date, int]:
        """Sorts documents by the day on which they are due."""
        return self.due_on, self.id

    def saved_minor(self, on: date) -> int:
        """The early-payment discount for paying all of it on that day; the same rule as when it is paid."""
        return early_discount(self, self.free_minor, on)


def _spoken() -> ColumnElement[int]:
    return _allocated() - _refunding()


def _refunding() -> ScalarSelect[int]:
    """What goes back for a credit memo, and is not in the books yet."""
    return (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .where(Refund.credit_memo_id == Invoice.id, Refund.state == REFUND_ASKED)
        .correlate(Invoice)
        .scalar_subquery()
    )


def _allocated() -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(PaymentAllocation.amount_minor), 0))
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(PaymentAllocation.invoice_id == Invoice.id, PaymentAttempt.state.in_(LIVE))
        .correlate(Invoice)
        .scalar_subquery()
    )


def _documents() -> Select[*tuple[Any, ...]]:
    return select(
        Invoice.id,
        Invoice.number,
        Invoice.kind,
        Invoice.issued_on,
        Invoice.due_on,
        Invoice.currency,
        Invoice.total_minor,
        Invoice.open_minor,
        _spoken(),
        Invoice.po_number,
        Invoice.job_name,
        Invoice.discount_until,
        Invoice.discount_minor,
        Invoice.terms_words,
        Invoice.paid_minor,
        Invoice.credited_minor,
        Invoice.company_id,
    )


def open_documents(
    session: Session, company_id: int, *, kind: str = "invoice", limit: int | None = None
) -> list[OpenDocument]:
    """The company's open invoices (or credit memos), oldest due first. One statement."""
    mine = (Invoice.company_id == company_id, Invoice.open_minor != 0, Invoice.kind == kind)
    return documents_where(session, *mine, limit=limit)


def documents_where(
    session: Session,
    *conditions: ColumnElement[bool],
    limit: int | None = None,
    offset: int | None = None,
    by: Sequence[ColumnElement[int]] = (),
) -> list[OpenDocument]:
    """The documents that meet conditions, which name the company; oldest due first. One statement.

    :param by: what they are ordered by before that.
    """
    query = _documents().where(*conditions).order_by(*by, Invoice.due_on, Invoice.id)
    query = query.limit(limit).offset(offset)
    return [OpenDocument(*row) for row in session.execute(query)]


def of_company(company_id: int | Collection[int]) -> ColumnElement[bool]:
    """The documents of a company, or of any of several."""
    if isinstance(company_id, int):
        return Invoice.company_id == company_id
    return Invoice.company_id.in_(company_id)


def documents_by_id(
    session: Session, company_id: int | Collection[int], ids: Sequence[int]
) -> dict[int, OpenDocument]:
    """These documents of the company, or of several, as they are now; unknown ids are left out. One statement.

    Read after the rows were locked, it sees every payment that was begun before.
    """
    query = _documents().where(of_company(company_id), Invoice.id.in_(ids))
    return {row[0]: OpenDocument(*row) for row in session.execute(query)}
