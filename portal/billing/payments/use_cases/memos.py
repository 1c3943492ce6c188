"""A payment that credit memos cover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.settlement.split import Share, split
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.billing.settlement.use_cases.memos import apply_memos, refreshed
from portal.billing.settlement.use_cases.paid_in_full import record_invoices_paid
from portal.foundation.actor import Actor


def settle_with_memos(
    session: Session, attempt: PaymentAttempt, shares: Sequence[Share], actor: Actor, now: datetime
) -> None:
    """Settle an attempt that credit memos cover: they are applied at once, and Stripe is not asked."""
    documents = lock_invoices(
        session, company_id=attempt.company_id, ids=[share.invoice_id for share in shares]
    )
    parts = split(0, shares, {each.id: each.open_minor for each in documents.values()})
    apply_memos(session, parts.memos, documents, actor=actor, now=now)
    attempt.state = "succeeded"
    after = refreshed(session, documents.values())
    paid = [each for each in after if each.kind == "invoice" and not each.open_minor]
    record_invoices_paid(session, paid, by=attempt.token, actor=actor, now=now)
