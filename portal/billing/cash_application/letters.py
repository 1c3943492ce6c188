"""The mail to our administrators about money that a company wants back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.staff.queries import administrators
from portal.billing.models.payments import Payment
from portal.foundation.actor import Actor
from portal.foundation.mail import Letter, Mail, send
from portal.foundation.money import format_minor


@dataclass(frozen=True, kw_only=True)
class ReturnAsked(Letter, words="money on account asked back"):
    """A company wants money on its account back. ``of_order``: it was paid ahead for an order that has ended."""

    company: str
    by: str
    number: str
    amount: str
    of_order: bool
    path: str


def mail_return_asked(session: Session, payment: Payment, free_minor: int, actor: Actor) -> None:
    """Tell our administrators, once for each payment."""
    letter = ReturnAsked(
        company=session.get_one(Company, payment.company_id).name,
        by=actor.name,
        number=payment.number,
        amount=format_minor(free_minor, payment.currency),
        of_order=payment.ended_draft_id is not None,
        path=f"/billing/payments/{payment.number}",
    )
    key = f"{letter.kind}:{payment.id}"
    mails = [
        Mail(key=f"{key}:{each.id}", letter=letter, to=each, company_id=payment.company_id)
        for each in administrators(session)
    ]
    send(session, *mails)
