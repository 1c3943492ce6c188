"""Disputes about invoices: of one invoice, of a company, and everybody's for the worklist of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Company
from portal.accounts.sight import company_condition
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute with what it is about. Amounts in minor units of ``currency``; ``outcome`` is empty while it is open."""

    id: int
    invoice_number: str
    company_code: str
    company_name: str
    amount_minor: int
    open_minor: int  # of the invoice, now
    creditable_minor: int  # of the invoice: what was not credited yet
    currency: str
    reason: str
    note: str
    opened_by_name: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by_name: str
    outcome: str
    answer: str
    memo_number: str | None


_MEMO = aliased(Invoice)


# In the order of DisputeRow.
_COLUMNS = (
    InvoiceDispute.id,
    Invoice.number,
    Company.code,
    Company.name,
    InvoiceDispute.amount_minor,
    Invoice.open_minor,
    func.greatest(0, Invoice.total_minor - Invoice.credited_minor),
    InvoiceDispute.currency,
    InvoiceDispute.reason,
    InvoiceDispute.note,
    InvoiceDispute.opened_by_name,
    InvoiceDispute.opened_at,
    InvoiceDispute.closed_at,
    InvoiceDispute.closed_by_name,
    InvoiceDispute.outcome,
    InvoiceDispute.answer,
    _MEMO.number,
)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .join(Invoice, Invoice.id == InvoiceDispute.invoice_id)
        .join(Company, Company.id == InvoiceDispute.company_id)
        .outerjoin(_MEMO, _MEMO.id == InvoiceDispute.credit_memo_id)
    )


def disputes_of(session: Session, invoice_id: int) -> list[DisputeRow]:
    """An invoice's disputes, the newest first. One statement."""
    query = _rows().where(InvoiceDispute.invoice_id == invoice_id).order_by(InvoiceDispute.id.desc())
    return [DisputeRow(*row) for row in session.execute(query)]


def company_disputes(
    session: Session, company_id: int, *, only_open: bool = False, limit: int = 50
) -> list[DisputeRow]:
    """A company's disputes, open ones first, then the newest. One statement."""
    query = _rows().where(InvoiceDispute.company_id == company_id)
    if only_open:
        query = query.where(InvoiceDispute.closed_at.is_(None))
    query = query.order_by(
        InvoiceDispute.closed_at.is_not(None), InvoiceDispute.opened_at.desc(), InvoiceDispute.id
    )
    return [DisputeRow(*row) for row in session.execute(query.limit(limit))]


def open_disputes(session: Session, actor: Actor, *, limit: int = 50) -> list[DisputeRow]:
    """Disputes without an answer, the oldest first; a rep sees those of assigned companies. One statement."""
    in_sight = company_condition(actor, InvoiceDispute.company_id)
    query = _rows().where(InvoiceDispute.closed_at.is_(None), in_sight)
    query = query.order_by(InvoiceDispute.opened_at, InvoiceDispute.id).limit(limit)
    return [DisputeRow(*row) for row in session.execute(query)]


def dispute_of(session: Session, company_id: int, dispute_id: int) -> DisputeRow:
    """One dispute of a company.

    :raises NotFound: when the company has no such dispute.
    """
    query = _rows().where(InvoiceDispute.company_id == company_id, InvoiceDispute.id == dispute_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return DisputeRow(*row)
