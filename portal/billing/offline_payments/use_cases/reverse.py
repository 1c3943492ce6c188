"""Money outside Stripe that never was: the entry is reversed, and what it had paid is open as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import RECEIVABLE
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.facts import record_payment_reversed
from portal.billing.offline_payments.letters import mail_payment_returned
from portal.billing.offline_payments.rules import LONGEST_NOTE, OFFLINE_KINDS, REVERSALS, reversal_words
from portal.billing.settlement.queries import pending_refunds_minor
from portal.billing.settlement.use_cases.locks import lock_invoices, lock_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor

# What a payment did to an account, and to an invoice there.
Moved = Row[str, int | None, int]


@dataclass(frozen=True, slots=True)
class Reversal:
    """Why a payment is reversed.

    :ivar reason: one of :data:`portal.billing.offline_payments.rules.REVERSALS`.
    :ivar note: the customer reads it when the bank has returned the money.
    """

    reason: str
    note: str = ""


def reverse_payment(
    session: Session, *, actor: Actor, payment_id: int, reversal: Reversal, now: datetime
) -> bool:
    """Reverse a recorded payment: a posting of its own. Its invoices are open as before, their discounts too; people are
    written to only where the bank has returned it. Idempotent.

    :returns: False if it was reversed before.
    :raises NotFound: if the actor lacks the permission, or there is no such payment.
    :raises Rejected: ``reason``, ``note``; ``not_recorded`` by staff; ``given_back`` in part.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    payment = lock_payment(session, company_id=None, payment_id=payment_id)
    if payment.reversed_at is not None:
        return False
    _check(session, payment, reversal)
    moved = _moved(session, payment)
    invoices = lock_invoices(session, company_id=payment.company_id, ids=_invoices(moved))
    payment.reversed_at, payment.reversal_reason = now, reversal.reason
    payment.reversal_note = reversal.note
    session.flush()
    _post(session, payment, moved, actor, now)
    record_payment_reversed(session, payment, actor=actor, now=now)
    if reversal.reason == "bounced":
        _mail(session, payment, moved, list(invoices.values()))
    return True


def _check(session: Session, payment: Payment, reversal: Reversal) -> None:
    if payment.kind not in OFFLINE_KINDS:
        words = "Stripe has this money. Give it back instead."
        raise Rejected("not_recorded", words, outcome="conflict")
    if reversal.reason not in REVERSALS:
        raise Rejected("reason", "Choose why it is taken back.", field="reason")
    if len(reversal.note) > LONGEST_NOTE:
        raise Rejected("note", f"Use at most {LONGEST_NOTE} characters.", field="note")
    back = payment.refunded_minor + pending_refunds_minor(session, payment.id)
    if back:
        words = f"{format_minor(back, payment.currency)} of it was given back, so it cannot be taken back as a whole."
        raise Rejected("given_back", words, outcome="conflict")


def _moved(session: Session, payment: Payment) -> Sequence[Moved]:
    """What the payment has done until now, to unapplied cash, invoices, discounts and the bank."""
    amount = func.sum(LedgerEntry.amount_minor).label("minor")
    return session.execute(
        select(LedgerEntry.account, LedgerEntry.invoice_id, amount)
        .where(LedgerEntry.payment_id == payment.id)
        .group_by(LedgerEntry.account, LedgerEntry.invoice_id)
        .having(amount != 0)
        .order_by(LedgerEntry.account, LedgerEntry.invoice_id)
    ).all()


def _invoices(moved: Sequence[Moved]) -> list[int]:
    return [row.invoice_id for row in moved if row.account == RECEIVABLE and row.invoice_id is not None]


def _post(session: Session, payment: Payment, moved: Sequence[Moved], actor: Actor, now: datetime) -> None:
    post(
        session,
        key=f"reversal:{payment.number}",
        kind="reversal",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=[
            Side(row.account, -int(row.minor), invoice_id=row.invoice_id, payment_id=payment.id)
            for row in moved
        ],
        actor=actor,
        words=reversal_words(payment.method_words, payment.reversal_reason),
    )


def _mail(session: Session, payment: Payment, moved: Sequence[Moved], invoices: Sequence[Invoice]) -> None:
    back = {row.invoice_id: -int(row.minor) for row in moved if row.account == RECEIVABLE}
    for invoice in invoices:
        session.refresh(invoice, ["open_minor"])
    company = session.get_one(Company, payment.company_id)
    mail_payment_returned(session, company, payment, [(each, back[each.id]) for each in invoices])
