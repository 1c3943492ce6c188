"""Posts a received payment to the ledger, allocates it to invoices and records the facts. For Stripe and offline alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import DISCOUNTS, RECEIVABLE, UNAPPLIED
from portal.billing.invoices.new_dispute import NewDispute
from portal.billing.invoices.use_cases.disputes import write_disputes
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment, payment_number
from portal.billing.settlement.queries import posted
from portal.billing.settlement.received import Received
from portal.billing.settlement.split import Share, Split, split
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.billing.settlement.use_cases.memos import apply_memos, refreshed
from portal.billing.settlement.use_cases.paid_in_full import record_invoices_paid
from portal.foundation.actor import Actor

NO_DISPUTE = frozenset({"", "later"})  # reasons for a short payment that dispute nothing


@dataclass(slots=True)
class Settled:
    """A payment and how it was allocated."""

    payment: Payment
    parts: Split
    invoices: list[Invoice] = field(default_factory=list)  # every document it touched, as it is now

    @property
    def paid_off(self) -> list[Invoice]:
        """Invoices that it paid in full."""
        return [each for each in self.invoices if each.kind == "invoice" and each.open_minor == 0]


def post_payment(
    session: Session, received: Received, shares: Sequence[Share], *, actor: Actor, now: datetime
) -> Settled | None:
    """Post a payment: receivable, discounts, credit memos; what no invoice takes is unapplied.

    A short payment with a reason opens a dispute. The number of statements does not grow with the number of invoices.

    :returns: None if it was posted before.
    """
    if received.key and posted(session, received.key):
        return None
    documents = lock_invoices(
        session, company_id=received.company_id, ids=[share.invoice_id for share in shares]
    )
    open_before = {each.id: each.open_minor for each in documents.values()}
    parts = split(received.amount_minor, shares, open_before)
    payment = _insert_payment(session, received, actor)
    if payment is None:
        return None
    apply_memos(session, parts.memos, documents, actor=actor, now=now)
    _post(session, received, payment, parts, actor)
    session.refresh(payment, ["unapplied_minor", "refunded_minor"])
    settled = Settled(payment, parts, refreshed(session, documents.values()))
    _dispute_the_rest(session, received, shares, documents, actor, now)
    record_invoices_paid(
        session, settled.paid_off, by=payment.number, payment_id=payment.id, actor=actor, now=now
    )
    return settled


def _insert_payment(session: Session, received: Received, actor: Actor) -> Payment | None:
    """The new row; None if another transaction has written it for the same intent or attempt."""
    row = {
        **received.row,
        "number": f"PAY-{session.scalar(payment_number)}",
        "actor_user_id": actor.user_id,
        "actor_name": actor.name,
    }
    made = session.scalar(upsert(Payment).values(row).on_conflict_do_nothing().returning(Payment.id))
    return None if made is None else session.get_one(Payment, made)


def _post(session: Session, received: Received, payment: Payment, parts: Split, actor: Actor) -> None:
    key = received.key or f"payment:{payment.number}"
    is_new = post(
        session,
        key=key,
        kind="payment",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=payment.received_at,
        sides=_sides(received.account, payment, parts),
        actor=actor,
        words=f"Payment {payment.number}",
    )
    if not is_new:
        # The payment's row is new but its fact is not: two different payments claim the same one.
        raise RuntimeError(f"{key} was posted by another payment")


def _sides(account: str, payment: Payment, parts: Split) -> list[Side]:
    sides = [Side(account, payment.amount_minor, payment_id=payment.id)]
    for invoice_id, amount in parts.paid.items():
        sides.append(Side(RECEIVABLE, -amount, invoice_id=invoice_id, payment_id=payment.id))
    for invoice_id, amount in parts.discounts.items():
        sides.append(Side(DISCOUNTS, amount, invoice_id=invoice_id, payment_id=payment.id))
        sides.append(Side(RECEIVABLE, -amount, invoice_id=invoice_id, payment_id=payment.id))
    sides.append(Side(UNAPPLIED, -parts.unapplied_minor, payment_id=payment.id))
    return sides


def _dispute_the_rest(
    session: Session,
    received: Received,
    shares: Sequence[Share],
    documents: Mapping[int, Invoice],
    actor: Actor,
    now: datetime,
) -> None:
    """Open a dispute about what a short payment leaves open, unless one is open already."""
    new = [
        _new_dispute(share, documents[share.invoice_id], received.attempt_id, actor, now)
        for share in shares
        if share.short_reason not in NO_DISPUTE and documents[share.invoice_id].open_minor > 0
    ]
    numbers = {each.invoice_id: documents[each.invoice_id].number for each in new}
    write_disputes(session, new, numbers, actor=actor, now=now)


def _new_dispute(
    share: Share, document: Invoice, attempt_id: int | None, actor: Actor, now: datetime
) -> NewDispute:
    return NewDispute(
        document.id,
        document.company_id,
        document.open_minor,
        document.currency,
        share.short_reason,
        share.short_note,
        opened_by_name=actor.name,
        opened_at=now,
        opened_by_user_id=actor.user_id,
        attempt_id=attempt_id,
    )
