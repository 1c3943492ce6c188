"""A customer contests part of an invoice; staff close it with an answer. One dispute of an invoice is open at a time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.disputes.facts import DisputeSettled
from portal.billing.disputes.use_cases.credit import credit_and_apply
from portal.billing.invoices.new_dispute import MAX_NOTE, NewDispute
from portal.billing.invoices.use_cases.disputes import write_disputes
from portal.billing.invoices.words import DISPUTE_OUTCOMES, DISPUTE_REASONS
from portal.billing.models.dunning import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.payers.queries import people_who_may
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import RawLetter, post_all
from portal.foundation.money import format_minor
from portal.touchpoints.kind import Touch
from portal.touchpoints.recording import Event, record


def contest(
    session: Session, *, actor: Actor, now: datetime, number: str, amount_minor: int, reason: str, note: str
) -> InvoiceDispute:
    """Contest part of an open invoice of the actor's company.

    :raises NotFound: when the company has no such invoice, or the actor may not speak about paying.
    :raises Rejected: ``paid``, ``amount``, ``reason``, ``note``, ``contested`` (a dispute is open already).
    """
    if not actor.can("invoices:pay"):
        raise NotFound
    invoice = _locked(session, Invoice.number == number, Invoice.company_id == actor.customer_id)
    if invoice.open_minor <= 0:
        raise Rejected(
            "paid", "Nothing is open on this invoice any more. Call us about it.", outcome="conflict"
        )
    if not 0 < amount_minor <= invoice.open_minor:
        most = format_minor(invoice.open_minor, invoice.currency)
        raise Rejected("amount", f"Enter more than nothing and at most {most}, what is open.", field="amount")
    if reason not in DISPUTE_REASONS:
        raise Rejected("reason", "Choose what is wrong.", field="reason")
    if len(note) > MAX_NOTE:
        raise Rejected("note", f"Keep it within {MAX_NOTE:,} characters.", field="note")
    opened = open_dispute(session, invoice, amount_minor, reason, note, actor, now)
    if opened is None:
        problem = "A dispute about this invoice is open already. We answer it first."
        raise Rejected("contested", problem, outcome="conflict")
    return opened


def open_dispute(
    session: Session, invoice: Invoice, amount_minor: int, reason: str, note: str, actor: Actor, now: datetime
) -> InvoiceDispute | None:
    """Open a dispute about an invoice that the caller has locked. One statement.

    :param amount_minor: what is contested, above zero, in the invoice's currency.
    :returns: the dispute, or None when one is open already; that one stays as it is.
    """
    new = NewDispute(
        invoice.id,
        invoice.company_id,
        amount_minor,
        invoice.currency,
        reason,
        note,
        actor.name,
        now,
        actor.user_id,
    )
    opened = write_disputes(session, [new], {invoice.id: invoice.number}, actor=actor, now=now)
    return opened[0] if opened else None


def withdraw(session: Session, *, actor: Actor, now: datetime, number: str) -> bool:
    """The customer takes the open dispute back. Returns whether there was one.

    :raises NotFound: as for :func:`contest`.
    """
    if not actor.can("invoices:pay"):
        raise NotFound
    invoice = _locked(session, Invoice.number == number, Invoice.company_id == actor.customer_id)
    dispute = _open_of(session, invoice.id)
    if dispute is None:
        return False
    _close(session, invoice, dispute, "withdrawn", "", actor, now)
    return True


def answer(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    company: Company,
    dispute_id: int,
    outcome: str,
    words: str,
    credit_minor: int = 0,
) -> InvoiceDispute:
    """Staff close a dispute of the company. ``credited`` issues a credit memo over ``credit_minor`` (with tax, in the
    invoice's proportions) and applies it to the invoice.

    :raises NotFound: when the company has no such dispute, or the actor may not decide.
    :raises Rejected: ``closed`` already, ``outcome``, ``answer`` missing or too long, ``amount``.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    found = session.get(InvoiceDispute, dispute_id)
    if found is None or found.company_id != company.id:
        raise NotFound
    invoice = _locked(session, Invoice.id == found.invoice_id)
    dispute = _open_of(session, invoice.id)
    if dispute is None or dispute.id != dispute_id:
        raise Rejected("closed", "This dispute is closed already.", outcome="conflict")
    if outcome not in DISPUTE_OUTCOMES:
        raise Rejected("outcome", "Choose an outcome.", field="outcome")
    if not 3 <= len(words) <= MAX_NOTE:
        raise Rejected("answer", f"Write an answer of 3 to {MAX_NOTE:,} characters.", field="answer")
    if outcome == "credited":
        reason = DISPUTE_REASONS.get(dispute.reason, "Credit")
        memo = credit_and_apply(
            session,
            company,
            invoice,
            credit_minor,
            key=f"dispute-{dispute.id}",
            reason=f"{reason}: {words}",
            actor=actor,
            now=now,
            today=today,
        )
        dispute.credit_memo_id = memo.id
    _close(session, invoice, dispute, outcome, words, actor, now)
    _tell(session, company, invoice, dispute)
    return dispute


def _locked(session: Session, *conditions: object) -> Invoice:
    found = session.scalars(
        select(Invoice)
        .where(Invoice.kind == "invoice", *conditions)  # type: ignore[arg-type]
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _open_of(session: Session, invoice_id: int) -> InvoiceDispute | None:
    return session.scalars(
        select(InvoiceDispute)
        .where(InvoiceDispute.invoice_id == invoice_id, InvoiceDispute.closed_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


def _close(
    session: Session,
    invoice: Invoice,
    dispute: InvoiceDispute,
    outcome: str,
    words: str,
    actor: Actor,
    now: datetime,
) -> None:
    dispute.closed_at, dispute.closed_by_name = now, actor.name
    dispute.outcome, dispute.answer = outcome, words
    session.flush()
    settled = DisputeSettled(number=invoice.number, reason=dispute.reason, action=dispute.outcome)
    _record(session, settled, invoice, dispute, actor, now)


def _record(
    session: Session, what: Touch, invoice: Invoice, dispute: InvoiceDispute, actor: Actor, now: datetime
) -> None:
    record(
        session,
        Event(
            what,
            actor=actor,
            now=now,
            key=f"{what.kind.name}:{dispute.id}",
            account_id=invoice.company_id,
            value_minor=dispute.amount_minor,
            currency=invoice.currency,
            links={"invoice_id": invoice.id},
        ),
    )


def _tell(session: Session, company: Company, invoice: Invoice, dispute: InvoiceDispute) -> None:
    """To who opened it, or if they have left, to those who pay."""
    people = people_who_may(session, "invoices:pay", [company.id]).get(company.id, [])
    opener = [each for each in people if each.user_id == dispute.opened_by_user_id]
    data = {
        "company": company.name,
        "number": invoice.number,
        "path": f"/invoices/{invoice.number}",
        "amount": format_minor(dispute.amount_minor, invoice.currency),
        "outcome": dispute.outcome,
        "answer": dispute.answer,
    }
    letters = [
        RawLetter(
            f"dispute_settled:{dispute.id}:{each.user_id}",
            "dispute_settled",
            each.email,
            data,
            each.name,
            each.language,
            company.id,
        )
        for each in opener or people
    ]
    post_all(session, letters)
