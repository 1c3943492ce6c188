"""What can be given back of a payment, and what that does to invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, literal, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import RECEIVABLE
from portal.billing.credit.queries.credit import credit_of
from portal.billing.invoices.queries.open_documents import OpenDocument, documents_by_id
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.payments.queries.branches import branch_parts
from portal.billing.settlement.queries import (
    AppliedPart,
    applied_parts,
    chargebacks_of,
    open_memos_of,
    pending_refunds_minor,
)
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.touchpoints.interaction import note_shown

MOST_PAYMENTS = 5


@dataclass(frozen=True, slots=True)
class Refundable:
    """What a refund of a payment would do; amounts in minor units.

    A credit memo that was asked for goes first, then ``unapplied_minor``, then open credit memos of its invoices; beyond
    them, invoices open again: ``shares``, in their order, the company's own and then those of its branches.
    """

    payment: Payment
    free_minor: int
    unapplied_minor: int
    shares: list[AppliedPart]
    memos: list[OpenDocument]
    asked: OpenDocument | None = None  # the credit memo that is to be paid out
    obstacle: str = ""  # why nothing can be given back, in words

    @property
    def by_memos_minor(self) -> int:
        """How much goes back as the credit of credit memos, and opens nothing."""
        memos = [*self.memos, *([self.asked] if self.asked else [])]
        return sum(max(0, -memo.free_minor) for memo in memos)

    def reopened(self, amount_minor: int) -> list[tuple[AppliedPart, int]]:
        """Which invoices a refund of that amount opens again, and by how much each."""
        rest = max(0, amount_minor - self.unapplied_minor - self.by_memos_minor)
        found = []
        for share in self.shares:
            part = min(rest, share.amount_minor)
            if part:
                found.append((share, part))
                rest -= part
        return found


def refundable(session: Session, payment: Payment, *, memo_number: str = "") -> Refundable:
    """What of a payment can be given back now. Six statements.

    :param memo_number: a credit memo that is to be paid out with it.
    :raises NotFound: if the payment's company has no such credit memo.
    """
    back = pending_refunds_minor(session, payment.id)
    chargebacks = chargebacks_of(session, payment.id)
    free = payment.amount_minor - payment.refunded_minor - back
    obstacle = ""
    if payment.reversed_at is not None:
        obstacle = "The entry was taken back: there is no money."
    elif payment.group_payment is not None:
        obstacle = "It came with a payment of the parent company; give it back there."
    elif payment.kind == "opening":
        obstacle = "It was settled before these books began."
    elif any(each.state != "won" for each in chargebacks):
        obstacle = "The payer's bank has charged it back; the money goes that way."
    elif free <= 0:
        obstacle = "All of it has been given back, or is on its way."
    if obstacle:
        free = 0
    unapplied = min(free, max(0, payment.unapplied_minor - back))
    shares = applied_parts(session, payment.id)
    asked, memos = _memos(session, payment, [share.invoice_id for share in shares], memo_number)
    shares += branch_parts(session, payment.id)
    return Refundable(payment, free, unapplied, shares, memos, asked, obstacle)


def _memos(
    session: Session, payment: Payment, invoice_ids: Sequence[int], number: str
) -> tuple[OpenDocument | None, list[OpenDocument]]:
    """The credit memo of that number, and the open ones of these invoices."""
    ids = open_memos_of(session, payment.company_id, invoice_ids)
    mine = (Invoice.company_id == payment.company_id, Invoice.number == number, Invoice.kind == "credit_memo")
    asked = session.scalar(select(Invoice.id).where(*mine)) if number else None
    if number and asked is None:
        raise NotFound
    found = documents_by_id(session, payment.company_id, [*ids, *([asked] if asked else [])])
    return found.get(asked or 0), [found[id] for id in ids if id != asked]


@dataclass(frozen=True, slots=True)
class CreditRoom:
    """The company's credit, in minor units of its currency. A refund uses it, whether the money was paid ahead or
    invoices open again."""

    limit_minor: int
    used_minor: int

    @property
    def room_minor(self) -> int:
        """The most that can go back without passing the limit; 0 if it is passed already."""
        return max(0, self.limit_minor - self.used_minor)

    def after(self, amount_minor: int) -> int:
        """What is in use once that amount has gone back."""
        return self.used_minor + amount_minor


def credit_room(session: Session, payment: Payment) -> CreditRoom | None:
    """What the payment's company may still owe; None where nothing is counted against a limit. One statement."""
    account = credit_of(session, payment.company_id)
    if account is None or account.currency != payment.currency:
        return None
    return CreditRoom(account.limit_minor, account.used_minor)


def payments_to_refund(session: Session, memo: Invoice) -> Sequence[str]:
    """Numbers of payments with which an open credit memo can be refunded, the newest first: those that paid what it
    corrects, or any of the company's where it corrects nothing. One statement."""
    corrected = select(InvoiceLine.corrects_invoice_id).where(
        InvoiceLine.invoice_id == memo.id, InvoiceLine.corrects_invoice_id.is_not(None)
    )
    paid = select(LedgerEntry.payment_id).where(
        LedgerEntry.account == RECEIVABLE,
        or_(LedgerEntry.invoice_id.in_(corrected), LedgerEntry.invoice_id == memo.corrects_invoice_id),
    )
    return session.scalars(
        select(Payment.number)
        .where(
            Payment.company_id == memo.company_id,
            Payment.currency == memo.currency,
            Payment.kind != "opening",
            Payment.reversed_at.is_(None),
            Payment.amount_minor > Payment.refunded_minor,
            or_(Payment.id.in_(paid), and_(~corrected.exists(), literal(memo.corrects_invoice_id is None))),
        )
        .order_by(Payment.id.desc())
        .limit(MOST_PAYMENTS)
    ).all()


def refunds_of(session: Session, payment_id: int) -> Sequence[Refund]:
    """The payment's refunds, newest first."""
    return session.scalars(
        select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id.desc())
    ).all()


def payment_for_staff(session: Session, actor: Actor, number: str) -> tuple[Payment, Company]:
    """A payment by its number, with its company, for staff who manage billing.

    :raises NotFound: if there is none, or the actor lacks the permission.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    found = session.execute(
        select(Payment, Company)
        .join(Company, Company.id == Payment.company_id)
        .where(Payment.number == number)
    ).one_or_none()
    if found is None:
        raise NotFound
    note_shown(session, found[1].id)
    return found[0], found[1]
