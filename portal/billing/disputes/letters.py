"""The mail that answers a dispute."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.payers.letters import to_each
from portal.billing.payers.queries import people_who_may
from portal.foundation.mail import Letter, send
from portal.foundation.money import format_minor


@dataclass(frozen=True, kw_only=True)
class DisputeSettled(Letter, words="answer about an invoice"):
    """How staff closed a dispute: ``outcome`` is credited, upheld or withdrawn. Of the credit memo: how much of it was
    ``used`` for the invoice, and what is ``left`` as credit. ``before``: what was credited of the invoice already."""

    company: str
    number: str
    path: str
    amount: str
    outcome: str
    answer: str
    memo: str
    credited: str
    used: str
    left: str
    before: str


def mail_dispute_settled(
    session: Session, company: Company, invoice: Invoice, dispute: InvoiceDispute, memo: Invoice | None
) -> None:
    """Write to whoever opened the dispute, or if they have left, to those who pay.

    :param memo: the credit memo that it was settled with.
    """

    def words(minor: int) -> str:
        return format_minor(minor, invoice.currency) if minor else ""

    people = people_who_may(session, "invoices:pay", [company.id]).get(company.id, [])
    opener = [each for each in people if each.user_id == dispute.opened_by_user_id]
    letter = DisputeSettled(
        company=company.name,
        number=invoice.number,
        path=f"/invoices/{invoice.number}",
        amount=format_minor(dispute.amount_minor, invoice.currency),
        outcome=dispute.outcome,
        answer=dispute.answer,
        memo=memo.number if memo else "",
        credited=words(-memo.total_minor) if memo else "",
        used=words(memo.open_minor - memo.total_minor) if memo else "",
        left=words(-memo.open_minor) if memo else "",
        before=words(invoice.credited_minor) if memo is None else "",
    )
    send(session, *to_each(opener or people, letter, key=f"dispute_settled:{dispute.id}"))
