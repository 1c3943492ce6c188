"""Staff close a dispute with an answer, and with a credit memo where the customer is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit
from portal.billing.credit_memos.use_cases.adjustments import Adjustment, issue_adjustment
from portal.billing.disputes.letters import mail_dispute_settled
from portal.billing.disputes.use_cases.disputes import (
    check_amount,
    close_dispute,
    lock_invoice,
    open_dispute_of,
)
from portal.billing.invoices.new_dispute import MAX_NOTE
from portal.billing.invoices.queries.open_documents import documents_by_id
from portal.billing.invoices.words import DISPUTE_OUTCOMES, DISPUTE_REASONS
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.reminders.letters.new_documents import mail_new_document
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


@dataclass(frozen=True, slots=True)
class Answer:
    """How staff close a dispute.

    :ivar outcome: credited, upheld or withdrawn.
    :ivar words: for the customer.
    :ivar credit_minor: with tax, in minor units of the invoice's currency; used by ``credited`` alone.
    :ivar lines: numbers of the invoice's lines that it is credited for, each at its own tax; empty: all, in proportion.
    """

    outcome: str
    words: str
    credit_minor: int = 0
    lines: tuple[int, ...] = ()


def answer_dispute(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    company: Company,
    dispute_id: int,
    answer: Answer,
) -> InvoiceDispute:
    """Close a dispute of the company. ``credited`` issues a credit memo, of the chosen lines or in the invoice's proportions
    of net and tax, and applies it to the invoice as far as that is open; the rest of it stays credit.

    :param today: the seller's calendar day.
    :raises NotFound: if the company has no such dispute, or the actor lacks the permission.
    :raises Rejected: ``closed`` already, ``outcome``, ``answer`` missing or too long, ``amount``, ``lines``.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    invoice, dispute = _open_dispute(session, company, dispute_id)
    _check(answer)
    memo = None
    if answer.outcome == "credited":
        check_amount(invoice, answer.credit_minor)
        reason = f"{DISPUTE_REASONS.get(dispute.reason, 'Credit')}: {answer.words}"
        token = f"dispute-{dispute.id}"
        adjustment = Adjustment(company, answer.credit_minor, reason, token, invoice.number, answer.lines)
        memo = _credit(session, invoice, adjustment, actor, now, today)
        dispute.credit_memo_id = memo.id
    close_dispute(session, invoice, dispute, answer.outcome, answer.words, actor, now)
    mail_dispute_settled(session, company, invoice, dispute, memo)
    return dispute


def _open_dispute(session: Session, company: Company, dispute_id: int) -> tuple[Invoice, InvoiceDispute]:
    found = session.get(InvoiceDispute, dispute_id)
    if found is None or found.company_id != company.id:
        raise NotFound
    invoice = lock_invoice(session, Invoice.id == found.invoice_id)
    dispute = open_dispute_of(session, invoice.id)
    if dispute is None or dispute.id != dispute_id:
        raise Rejected("closed", "This dispute is closed already.", outcome="conflict")
    return invoice, dispute


def _check(answer: Answer) -> None:
    if answer.outcome not in DISPUTE_OUTCOMES:
        raise Rejected("outcome", "Choose an outcome.", field="outcome")
    if not 3 <= len(answer.words) <= MAX_NOTE:
        raise Rejected("answer", f"Write an answer of 3 to {MAX_NOTE:,} characters.", field="answer")


def _credit(
    session: Session, invoice: Invoice, adjustment: Adjustment, actor: Actor, now: datetime, today: date
) -> Invoice:
    """Issue a credit memo over part of the locked invoice, and apply it to the invoice as far as that is open and not
    covered by a payment under way."""
    memo = issue_adjustment(session, adjustment, actor=actor, now=now, today=today)
    company_id = invoice.company_id
    free = documents_by_id(session, company_id, [invoice.id])[invoice.id].free_minor
    part = min(free, adjustment.amount_minor)
    if part > 0:
        source, key = Source("memo", memo.id), adjustment.token
        apply_credit(
            session,
            actor=actor,
            company_id=company_id,
            source=source,
            parts={invoice.id: part},
            key=key,
            now=now,
        )
    session.refresh(memo, ["open_minor"])
    mail_new_document(session, memo)
    return memo
