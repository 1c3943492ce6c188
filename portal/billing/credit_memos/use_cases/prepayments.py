"""Money that was paid ahead, used for new invoices: what was paid for the order first, then what lies on the account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.invoices.facts import InvoicePaid
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.foundation.actor import Actor
from portal.touchpoints.recording import Event, record


def lock_prepayments(session: Session, *, company_id: int, draft_id: int | None) -> list[Payment]:
    """Payments that were made for an order while it was a draft, and money on account that is for no order, unless the
    company wants to use that by hand; as far as no invoice has used them up; locked. One statement.

    The caller locks them before it issues the invoice: payments are locked before invoices everywhere, which prevents
    deadlocks.
    """
    by_hand = exists().where(PaymentTerms.company_id == company_id, PaymentTerms.use_credit.is_(False))
    free = and_(Payment.draft_id.is_(None), Payment.return_asked_at.is_(None), ~by_hand)
    whose = free if draft_id is None else or_(Payment.draft_id == draft_id, free)
    found = session.scalars(
        select(Payment)
        .where(Payment.company_id == company_id, Payment.unapplied_minor > 0, whose)
        .order_by(Payment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return sorted(found, key=lambda each: (each.draft_id is None, each.id))


def lock_ahead(session: Session, *, company_id: int, draft_id: int | None) -> int:
    """Lock the money that was paid ahead for an order, before anything that locks the company's credit. What is unapplied
    of it, in minor units. One statement; none for an order without a draft."""
    if draft_id is None:
        return 0
    found = session.scalars(
        select(Payment.unapplied_minor)
        .where(Payment.company_id == company_id, Payment.draft_id == draft_id, Payment.unapplied_minor > 0)
        .order_by(Payment.id)
        .with_for_update()
    )
    return sum(found)


def end_prepayments(session: Session, *, company_id: int, draft_id: int | None) -> int:
    """Give back to the account what an order that has ended did not use: from now on it is for any invoice, and the payment
    remembers whose it was. One statement; none for an order without a draft.

    :returns: how much that is, in minor units.
    """
    if draft_id is None:
        return 0
    freed = session.scalars(
        update(Payment)
        .where(Payment.company_id == company_id, Payment.draft_id == draft_id, Payment.unapplied_minor > 0)
        .values(draft_id=None, ended_draft_id=draft_id)
        .returning(Payment.unapplied_minor)
        .execution_options(synchronize_session=False)
    )
    return sum(freed)


def apply_prepayments(
    session: Session, invoice: Invoice, payments: Sequence[Payment], *, actor: Actor, now: datetime
) -> int:
    """Pay a new invoice with the locked prepayments of its order. No statement when there are none.

    Money that is being refunded is left alone.

    :returns: how much was applied, in minor units.
    """
    if not payments:
        return 0
    parts = _parts(session, invoice, payments)
    if not parts:
        return 0
    key = f"application:{invoice.number}:ahead"
    _post(session, invoice, parts, key, actor, now)
    left = invoice.open_minor - sum(parts.values())
    session.refresh(invoice, ["open_minor", "settled_at"])
    if not left:
        _record_paid(session, invoice, key, actor, now)
    return invoice.total_minor - left


def _parts(session: Session, invoice: Invoice, payments: Sequence[Payment]) -> dict[int, int]:
    """How much of each payment the invoice takes, by the payment's id, the oldest first."""
    refunding = _refunding_minor(session, [payment.id for payment in payments])
    left, parts = invoice.open_minor, {}
    free_of = {each.id: each.unapplied_minor - refunding.get(each.id, 0) for each in payments}
    # A part of it would cost the early-payment discount, which is for paying all of it at once.
    covers = sum(free_of.values()) >= left
    for payment in payments:
        free = free_of[payment.id]
        if payment.draft_id is None and invoice.discount_minor and not covers:
            free = 0
        part = min(left, free) if payment.currency == invoice.currency else 0
        if part > 0:
            parts[payment.id] = part
            left -= part
    return parts


def _post(
    session: Session, invoice: Invoice, parts: dict[int, int], key: str, actor: Actor, now: datetime
) -> None:
    sides: list[Side] = []
    for payment_id, part in parts.items():
        sides.append(Side(UNAPPLIED, part, payment_id=payment_id))
        sides.append(Side(RECEIVABLE, -part, invoice_id=invoice.id, payment_id=payment_id))
    post(
        session,
        key=key,
        kind="application",
        company_id=invoice.company_id,
        currency=invoice.currency,
        occurred_at=now,
        actor=actor,
        words=f"Paid ahead, applied to {invoice.number}",
        sides=sides,
    )


def _record_paid(session: Session, invoice: Invoice, posting_key: str, actor: Actor, now: datetime) -> None:
    record(
        session,
        Event(
            InvoicePaid(number=invoice.number),
            actor=actor,
            now=now,
            key=f"invoice_paid:{invoice.number}:{posting_key}",
            account_id=invoice.company_id,
            store_id=invoice.store_id,
            value_minor=invoice.total_minor,
            currency=invoice.currency,
            links={"order_id": invoice.order_id, "invoice_id": invoice.id},
        ),
    )


def _refunding_minor(session: Session, payment_ids: list[int]) -> dict[int, int]:
    """Refunds of these payments that were requested and are not in the books yet."""
    rows = session.execute(
        select(Refund.payment_id, func.sum(Refund.amount_minor))
        .where(Refund.payment_id.in_(payment_ids), Refund.state == "created")
        .group_by(Refund.payment_id)
    )
    return {payment_id: int(amount) for payment_id, amount in rows}
