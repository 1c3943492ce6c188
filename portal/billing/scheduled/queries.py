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


# First those that wait, next day first, then the newest of the others.
_ORDER = (
    (PaymentAttempt.state == "scheduled").desc(),
    func.abs(PaymentAttempt.run_on - func.current_date()),
    PaymentAttempt.id.desc(),
)


def scheduled_payments(session: Session, company_id: int, limit: int = 50) -> list[ScheduledRow]:
    """The company's scheduled payments: those that wait, next first, then the newest of the others. One statement."""
    numbers = func.array_agg(Invoice.number).filter(Invoice.number.is_not(None))
    rows = session.execute(
        select(PaymentAttempt, SavedMethod, numbers)
        .join(SavedMethod, SavedMethod.id == PaymentAttempt.saved_method_id)
        .outerjoin(PaymentAllocation, PaymentAllocation.attempt_id == PaymentAttempt.id)
        .outerjoin(Invoice, Invoice.id == PaymentAllocation.invoice_id)
        .where(PaymentAttempt.company_id == company_id, PaymentAttempt.via == "schedule")
        .group_by(PaymentAttempt.id, SavedMethod.id)
        .order_by(*_ORDER)
        .limit(limit)
    )
    return [_row(attempt, method, sorted(found or [])) for attempt, method, found in rows]


def _row(attempt: PaymentAttempt, method: SavedMethod, numbers: list[str]) -> ScheduledRow:
    return ScheduledRow(
        token=attempt.token,
        state=attempt.state,
        run_on=attempt.run_on or date.max,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        actor_name=attempt.actor_name,
        method=f"{method.brand} ending {method.last4}",
        numbers=numbers,
    )


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
