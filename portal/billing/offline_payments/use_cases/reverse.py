"""Money outside Stripe that never was: the entry is reversed, and what it had paid is open as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from portal.billing.offline_payments.letters import Reopened, mail_payment_returned
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


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment that is taken back, with what it has done until now."""

    payment: Payment
    moved: Sequence[Moved]

    @property
    def invoice_ids(self) -> list[int]:
        found = (row.invoice_id for row in self.moved if row.account == RECEIVABLE)
        return [each for each in found if each is not None]


def reverse_payment(
    session: Session, *, actor: Actor, payment_id: int, reversal: Reversal, now: datetime
) -> bool:
    """Reverse a recorded payment: a posting of its own. Its invoices are open as before, their discounts too; people are
    written to only where the bank has returned it. What was passed on to branches is taken back there likewise. Idempotent.

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
    taken = [Taken(each, moved_by(session, each)) for each in (payment, *_of_branches(session, payment))]
    lock_invoices(
        session,
        company_id=[each.payment.company_id for each in taken],
        ids=[id for each in taken for id in each.invoice_ids],
    )
    for each in taken:
        reverse_one(session, each, reversal, actor, now)
    if reversal.reason == "bounced":
        _mail(session, taken)
    return True


def _of_branches(session: Session, payment: Payment) -> Sequence[Payment]:
    """The payments of branches to which it was passed on, locked. One statement."""
    query = select(Payment).where(Payment.group_payment == payment.id, Payment.reversed_at.is_(None))
    return session.scalars(query.order_by(Payment.id).with_for_update()).all()


def reverse_one(session: Session, taken: Taken, reversal: Reversal, actor: Actor, now: datetime) -> None:
    """Reverse one payment whose row and invoices are locked: the posting, its row and the touchpoint."""
    payment = taken.payment
    payment.reversed_at, payment.reversal_reason = now, reversal.reason
    payment.reversal_note = reversal.note
    session.flush()
    _post(session, taken, actor, now)
    record_payment_reversed(session, payment, actor=actor, now=now)


def _check(session: Session, payment: Payment, reversal: Reversal) -> None:
    if payment.group_payment is not None:
        words = "It came with a payment of the parent company. Take that one back instead."
        raise Rejected("not_recorded", words, outcome="conflict")
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


def moved_by(session: Session, payment: Payment) -> Sequence[Moved]:
    """What the payment has done until now, to unapplied cash, invoices, discounts and the bank."""
    amount = func.sum(LedgerEntry.amount_minor).label("minor")
    return session.execute(
        select(LedgerEntry.account, LedgerEntry.invoice_id, amount)
        .where(LedgerEntry.payment_id == payment.id)
        .group_by(LedgerEntry.account, LedgerEntry.invoice_id)
        .having(amount != 0)
        .order_by(LedgerEntry.account, LedgerEntry.invoice_id)
    ).all()


def _post(session: Session, taken: Taken, actor: Actor, now: datetime) -> None:
    payment = taken.payment
    post(
        session,
        key=f"reversal:{payment.number}",
        kind="reversal",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=[
            Side(row.account, -int(row.minor), invoice_id=row.invoice_id, payment_id=payment.id)
            for row in taken.moved
        ],
        actor=actor,
        words=reversal_words(payment.method_words, payment.reversal_reason),
    )


def _mail(session: Session, taken: Sequence[Taken]) -> None:
    """To the payer about all of it, and to each branch about its own invoices."""
    payment, branches = taken[0].payment, taken[1:]
    company = session.get_one(Company, payment.company_id)
    reopened = _reopened(session, taken[0])
    for each in branches:
        branch, theirs = session.get_one(Company, each.payment.company_id), _reopened(session, each)
        reopened += [replace(one, branch=branch.name) for one in theirs]
        mail_payment_returned(session, branch, each.payment, theirs, paid_by=company.name)
    mail_payment_returned(session, company, payment, reopened)


def _reopened(session: Session, taken: Taken) -> list[Reopened]:
    """The invoices of a payment that was taken back, as they are now. One statement, none without any."""
    back = {row.invoice_id: -int(row.minor) for row in taken.moved if row.account == RECEIVABLE}
    if not back:
        return []
    query = select(Invoice).where(Invoice.id.in_(back)).execution_options(populate_existing=True)
    return [Reopened(each, back[each.id]) for each in session.scalars(query.order_by(Invoice.id))]
