"""What can be given back of a payment, and what that does to invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.settlement.queries import (
    AppliedPart,
    applied_parts,
    chargebacks_of,
    pending_refunds_minor,
)
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.touchpoints.interaction import note_shown


@dataclass(frozen=True, slots=True)
class Refundable:
    """What a refund of a payment would do; amounts in minor units.

    ``unapplied_minor`` is taken first. Beyond it, invoices open again: ``shares``, in their order.
    """

    payment: Payment
    free_minor: int
    unapplied_minor: int
    shares: list[AppliedPart]
    obstacle: str = ""  # why nothing can be given back, in words

    def reopened(self, amount_minor: int) -> list[tuple[AppliedPart, int]]:
        """Which invoices a refund of that amount opens again, and by how much each."""
        rest = max(0, amount_minor - self.unapplied_minor)
        found = []
        for share in self.shares:
            part = min(rest, share.amount_minor)
            if part:
                found.append((share, part))
                rest -= part
        return found


def refundable(session: Session, payment: Payment) -> Refundable:
    """What of a payment can be given back now. Three statements."""
    back = pending_refunds_minor(session, payment.id)
    chargebacks = chargebacks_of(session, payment.id)
    free = payment.amount_minor - payment.refunded_minor - back
    obstacle = ""
    if payment.kind == "opening":
        obstacle = "It was settled before these books began."
    elif any(each.state != "won" for each in chargebacks):
        obstacle = "The payer's bank has charged it back; the money goes that way."
    elif free <= 0:
        obstacle = "All of it has been given back, or is on its way."
    if obstacle:
        free = 0
    unapplied = min(free, max(0, payment.unapplied_minor - back))
    return Refundable(payment, free, unapplied, applied_parts(session, payment.id), obstacle)


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
