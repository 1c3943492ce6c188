"""A customer disputes part of an invoice, or takes the dispute back. At most one dispute of an invoice is open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.billing.disputes.facts import record_dispute_settled
from portal.billing.invoices.new_dispute import MAX_NOTE, NewDispute
from portal.billing.invoices.use_cases.disputes import write_disputes
from portal.billing.invoices.words import DISPUTE_REASONS
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import refuse_longer
from portal.foundation.money import format_minor


def dispute_invoice(
    session: Session, *, actor: Actor, now: datetime, number: str, amount_minor: int, reason: str, note: str
) -> InvoiceDispute:
    """Dispute part of an invoice of the actor's company, paid or not.

    :raises NotFound: if the company has no such invoice, or the actor lacks the permission to pay.
    :raises Rejected: ``credited`` (all of it), ``amount``, ``reason``, ``note``, ``contested`` (a dispute is open
        already).
    """
    invoice = _own_invoice(session, actor, number)
    if invoice.creditable_minor <= 0:
        raise Rejected("credited", "All of this invoice was credited already.", outcome="conflict")
    check_amount(invoice, amount_minor)
    if reason not in DISPUTE_REASONS:
        raise Rejected("reason", "Choose what is wrong.", field="reason")
    refuse_longer(note, MAX_NOTE, field="note", code="note")
    opened = open_dispute(session, invoice, amount_minor, reason, note, actor, now)
    if opened is None:
        problem = "A dispute about this invoice is open already. We answer it first."
        raise Rejected("contested", problem, outcome="conflict")
    return opened


def open_dispute(
    session: Session, invoice: Invoice, amount_minor: int, reason: str, note: str, actor: Actor, now: datetime
) -> InvoiceDispute | None:
    """Open a dispute about an invoice that the caller has locked. One statement.

    :param amount_minor: what is disputed, above zero, in the invoice's currency.
    :returns: the dispute, or None when one is open already; that one stays as it is.
    """
    new = _new_dispute(invoice, amount_minor, reason, note, actor, now)
    opened = write_disputes(session, [new], {invoice.id: invoice.number}, actor=actor, now=now)
    return opened[0] if opened else None


def _new_dispute(
    invoice: Invoice, amount_minor: int, reason: str, note: str, actor: Actor, now: datetime
) -> NewDispute:
    return NewDispute(
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


def withdraw_dispute(session: Session, *, actor: Actor, now: datetime, number: str) -> bool:
    """Close the open dispute because the customer withdraws it. Returns whether there was one.

    :raises NotFound: as for :func:`dispute_invoice`.
    """
    invoice = _own_invoice(session, actor, number)
    dispute = open_dispute_of(session, invoice.id)
    if dispute is None:
        return False
    close_dispute(session, invoice, dispute, "withdrawn", "", actor, now)
    return True


def check_amount(invoice: Invoice, amount_minor: int) -> None:
    """Hold an amount to what was not credited of an invoice yet, whether it is paid or not.

    :raises Rejected: ``amount`` when it is nothing, or more than that.
    """
    if not 0 < amount_minor <= invoice.creditable_minor:
        most = format_minor(invoice.creditable_minor, invoice.currency)
        words = f"Enter more than nothing and at most {most}: so much was not credited yet."
        raise Rejected("amount", words, field="amount")


def lock_invoice(session: Session, *conditions: ColumnElement[bool]) -> Invoice:
    """The invoice that the conditions name, locked until the transaction ends.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(Invoice)
        .where(Invoice.kind == "invoice", *conditions)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def open_dispute_of(session: Session, invoice_id: int) -> InvoiceDispute | None:
    """The open dispute about an invoice that the caller has locked."""
    return session.scalars(
        select(InvoiceDispute)
        .where(InvoiceDispute.invoice_id == invoice_id, InvoiceDispute.closed_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


def close_dispute(
    session: Session,
    invoice: Invoice,
    dispute: InvoiceDispute,
    outcome: str,
    answer: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Close an open dispute and record it. :param outcome: credited, upheld or withdrawn."""
    dispute.closed_at, dispute.closed_by_name = now, actor.name
    dispute.outcome, dispute.answer = outcome, answer
    session.flush()
    record_dispute_settled(session, invoice, dispute, actor=actor, now=now)


def _own_invoice(session: Session, actor: Actor, number: str) -> Invoice:
    if not actor.can("invoices:pay"):
        raise NotFound
    return lock_invoice(session, Invoice.number == number, Invoice.company_id == actor.customer_id)
