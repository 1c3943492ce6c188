"""Touchpoints of a company's credit, and of money taken off invoices again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "application_undone",
    stage="pay",
    task="administer",
    says="Took money or credit off invoices again",
    meaning="Cash or a credit memo that was put onto invoices was taken off them; they are open again",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationUndone(Touch):
    """Cash or a credit memo that was put onto invoices was taken off them; they are open again."""

    lines: int | None = None


def record_application_undone(
    session: Session, done: LedgerTransaction, off: list[LedgerEntry], *, actor: Actor, now: datetime
) -> None:
    """Record that an application was taken back.

    :param off: its entries on invoices.
    """
    record(
        session,
        Event(
            ApplicationUndone(lines=len(off)),
            actor=actor,
            now=now,
            key=f"application_undone:{done.id}",
            account_id=done.company_id,
            value_minor=-sum(entry.amount_minor for entry in off),
            currency=done.currency,
            links={"payment_id": off[0].payment_id if off else None},
        ),
    )


@fact(
    "credit_use_changed",
    stage="pay",
    task="administer",
    says="Changed whether credit is used first",
    meaning="A company's credit is used before anything is charged from now on, or is left to people",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditUseChanged(Touch):
    """A company's credit is used before anything is charged from now on, or is left to people."""

    action: str | None = None


@fact(
    "return_asked",
    stage="pay",
    task="pay",
    says="Asked for money back",
    meaning="Somebody of the company asked for money on its account back",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAsked(Touch):
    """Somebody of the company asked for money on its account back."""

    number: str | None = None


def record_return_asked(
    session: Session, payment: Payment, minor: int, *, actor: Actor, now: datetime
) -> None:
    """Record that money on account is wanted back."""
    event = Event(
        ReturnAsked(number=payment.number),
        actor=actor,
        now=now,
        key=f"return_asked:{payment.id}",
        account_id=payment.company_id,
        value_minor=minor,
        currency=payment.currency,
        links={"payment_id": payment.id},
    )
    record(session, event)


def record_credit_use_changed(
    session: Session, company_id: int, *, on: bool, actor: Actor, now: datetime
) -> None:
    """Record that a company wants its credit used first, or by hand."""
    what = CreditUseChanged(action="first" if on else "by_hand")
    key = f"credit_use_changed:{company_id}:{now.isoformat()}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=company_id))
