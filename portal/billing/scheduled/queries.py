"""Payments that were planned for a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """One of them, waiting or over."""

    token: str
    state: str
    run_on: date
    amount_minor: int
    currency: str
    actor_name: str
    method: str
    numbers: list[str]


# Columns one by one: customers may not read the whole row.
_COLUMNS = (
    PaymentAttempt.token,
    PaymentAttempt.state,
    PaymentAttempt.run_on,
    PaymentAttempt.amount_minor,
    PaymentAttempt.currency,
    PaymentAttempt.actor_name,
    SavedMethod.brand,
    SavedMethod.last4,
)
_ORDER = (
    (PaymentAttempt.state == "scheduled").desc(),
    func.abs(PaymentAttempt.run_on - func.current_date()),
    PaymentAttempt.id.desc(),
)


def scheduled_payments(session: Session, company_id: int, limit: int = 50) -> list[ScheduledRow]:
    """The company's scheduled payments: those that wait, next first, then the newest of the others. One statement."""
    numbers = func.array_agg(Invoice.number).filter(Invoice.number.is_not(None))
    rows = session.execute(
        select(*_COLUMNS, numbers)
        .join(SavedMethod, SavedMethod.id == PaymentAttempt.saved_method_id)
        .outerjoin(PaymentAllocation, PaymentAllocation.attempt_id == PaymentAttempt.id)
        .outerjoin(Invoice, Invoice.id == PaymentAllocation.invoice_id)
        .where(PaymentAttempt.company_id == company_id, PaymentAttempt.via == "schedule")
        .group_by(PaymentAttempt.id, SavedMethod.id)
        .order_by(*_ORDER)
        .limit(limit)
    )
    return [
        ScheduledRow(
            token,
            state,
            run_on or date.max,
            minor,
            currency,
            by,
            f"{brand} ending {last4}",
            sorted(found or []),
        )
        for token, state, run_on, minor, currency, by, brand, last4, found in rows
    ]


def due_scheduled(session: Session, today: date) -> Sequence[int]:
    """Scheduled payments of open companies whose day has come."""
    return session.scalars(
        select(PaymentAttempt.id)
        .join(Company, Company.id == PaymentAttempt.company_id)
        .where(
            PaymentAttempt.state == "scheduled", PaymentAttempt.run_on <= today, Company.disabled_at.is_(None)
        )
        .order_by(PaymentAttempt.run_on, PaymentAttempt.id)
    ).all()
