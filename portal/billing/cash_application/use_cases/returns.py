"""Asking for money on account back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.cash_application.facts import record_return_asked
from portal.billing.cash_application.letters import mail_return_asked
from portal.billing.cash_application.rules import Source
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import pending_refunds_minor
from portal.billing.settlement.use_cases.locks import lock_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def ask_for_return(session: Session, *, actor: Actor, source: Source, now: datetime) -> Payment:
    """Ask for what is on account of a payment back. Our administrators get a mail; until they have decided, nothing uses the
    money automatically. Idempotent.

    :raises NotFound: if the actor may not pay, or it is not money of the company's.
    :raises Rejected: ``nothing_left``; ``for_order`` while it is kept for an order.
    """
    if not actor.can("invoices:pay") or source.kind != "cash":
        raise NotFound
    payment = lock_payment(session, company_id=actor.customer_id, payment_id=source.id)
    if payment.return_asked_at is not None:
        return payment
    if payment.draft_id is not None:
        raise Rejected(
            "for_order", "It is kept for an order. Discard or cancel that first.", outcome="conflict"
        )
    free = payment.unapplied_minor - pending_refunds_minor(session, payment.id)
    if free <= 0:
        raise Rejected("nothing_left", "Nothing of it is left on your account.", outcome="conflict")
    payment.return_asked_at, payment.return_asked_by_name = now, actor.name
    session.flush()
    record_return_asked(session, payment, free, actor=actor, now=now)
    mail_return_asked(session, payment, free, actor)
    return payment
