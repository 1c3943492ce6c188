"""The day of a scheduled payment."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payments.facts import record_payment_submitted
from portal.billing.payments.queries.payable import taken_minor
from portal.billing.payments.rules import capped, discounted
from portal.billing.settlement.queries import charged_back
from portal.billing.settlement.split import Share, due_now
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.foundation.actor import SYSTEM


def start_scheduled_payment(
    session: Session, attempt_id: int, *, now: datetime, today: date
) -> PaymentAttempt:
    """Begin a scheduled payment: its documents are locked and checked as they are today.

    What was paid or charged back meanwhile is left out and the amount shrinks; with nothing left the attempt is cancelled.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt.state != "scheduled":
        return attempt
    shares = _shares_left(session, attempt, today)
    if attempt.purpose == "invoices":
        attempt.amount_minor = max(0, due_now(shares))
    attempt.updated_at = now
    if attempt.amount_minor == 0:
        attempt.state, attempt.failure_words = "cancelled", "Nothing was left to be paid."
        return attempt
    attempt.state = "created"
    session.flush()
    record_payment_submitted(session, attempt, documents=len(shares), actor=SYSTEM, now=now)
    return attempt


def _shares_left(session: Session, attempt: PaymentAttempt, today: date) -> list[Share]:
    """Cut the attempt's allocations down to what is left of their documents, and delete those with nothing left."""
    rows = session.scalars(
        select(PaymentAllocation)
        .where(PaymentAllocation.attempt_id == attempt.id)
        .order_by(PaymentAllocation.invoice_id)
    ).all()
    documents = lock_invoices(session, company_id=attempt.company_id, ids=[row.invoice_id for row in rows])
    taken = taken_minor(session, documents)
    withdrawn = charged_back(session, documents)
    for row in rows:
        document = documents[row.invoice_id]
        left = document.open_minor - taken.get(document.id, 0)
        if document.id in withdrawn and withdrawn[document.id] >= attempt.created_at:
            left = 0  # its bank took a payment of it back since: people decide again
        row.amount_minor, row.discount_minor = discounted(
            document, capped(row.amount_minor, left), left, today
        )
        if row.amount_minor == 0:
            session.delete(row)
    return [Share(r.invoice_id, r.amount_minor, r.discount_minor) for r in rows if r.amount_minor]
