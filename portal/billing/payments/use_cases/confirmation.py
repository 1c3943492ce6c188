"""A charge that its owner's bank wants confirmed: the same payment again, on Stripe's page."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.billing.invoices.queries.open_documents import documents_by_id
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.queries.attempts import attempt_of, shares_of
from portal.billing.payments.rules import capped
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected

ASKS = "authentication_required"


def begin_confirmation(
    session: Session, token: str, *, actor: Actor, now: datetime, today: date
) -> PaymentAttempt:
    """Begin a payment of what a failed one was for, as far as it is still open. Idempotent.

    :raises NotFound: if the actor's company has no such payment.
    :raises Rejected: ``nothing_to_confirm``, and what :func:`start_payment` refuses.
    """
    failed = attempt_of(session, actor.customer_id, token)
    if failed.state != "failed" or failed.failure_code != ASKS:
        raise Rejected("nothing_to_confirm", "There is nothing left to confirm here.")
    new = NewPayment(
        company_id=failed.company_id,
        shares=_still_open(session, failed),
        method_kind="card",
        form_key=f"confirm:{failed.token}",
    )
    return start_payment(session, new, actor=actor, now=now, today=today)


def _still_open(session: Session, failed: PaymentAttempt) -> list[RequestedShare]:
    """What the failed one was for, with its credit memos and reasons, as far as it is still open."""
    shares = shares_of(session, failed.id)
    documents = documents_by_id(session, failed.company_id, [share.invoice_id for share in shares])
    found = []
    for share in shares:
        document = documents[share.invoice_id]
        amount = capped(share.amount_minor, document.free_minor or document.open_minor)
        if amount:
            reason = share.short_reason or "later"
            found.append(RequestedShare(share.invoice_id, amount, reason, share.short_note))
    return found
