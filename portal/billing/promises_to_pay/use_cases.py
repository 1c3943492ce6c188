""" "We pay this by that day": reminders of an invoice wait until then. An invoice has at most one open promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.billing.promises_to_pay.facts import record_payment_promised, record_promise_withdrawn
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import refuse_longer

LONGEST_DAYS = 60
MAX_NOTE = 300


@dataclass(frozen=True, slots=True)
class NewPromise:
    """A promise to pay an invoice of the actor's company, as it was entered."""

    number: str  # of the invoice
    promised_on: date | None
    note: str = ""


def promise_payment(
    session: Session, new: NewPromise, *, actor: Actor, now: datetime, today: date
) -> PaymentPromise:
    """Promise to pay an invoice by a day. A new promise replaces the open one.

    :param today: the seller's calendar day; a promise is for today or one of the next 60 days.
    :raises NotFound: if the company has no such invoice, or the actor lacks the permission to pay.
    :raises Rejected: ``day``, ``note``, ``paid`` (nothing is open).
    """
    invoice = _own_invoice(session, actor, new.number)
    if invoice.open_minor <= 0:
        raise Rejected("paid", "Nothing is open on this invoice.", outcome="conflict")
    day = _day(new.promised_on, today)
    _check_note(new.note)
    _close_open(session, invoice, now)
    made = _promise(invoice, day, new.note, actor, now)
    session.add(made)
    session.flush()
    record_payment_promised(session, invoice, made.id, actor=actor, now=now)
    return made


def withdraw_promise(session: Session, *, actor: Actor, now: datetime, number: str) -> bool:
    """Withdraw the open promise; reminders resume. Returns whether there was one.

    :raises NotFound: as for :func:`promise_payment`.
    """
    invoice = _own_invoice(session, actor, number)
    withdrawn = _close_open(session, invoice, now)
    if withdrawn is not None:
        record_promise_withdrawn(session, invoice, withdrawn, actor=actor, now=now)
    return withdrawn is not None


def _promise(invoice: Invoice, day: date, note: str, actor: Actor, now: datetime) -> PaymentPromise:
    return PaymentPromise(
        invoice_id=invoice.id,
        company_id=invoice.company_id,
        promised_on=day,
        note=note,
        made_by_user_id=actor.user_id,
        made_by_name=actor.name,
        made_at=now,
    )


def _day(promised_on: date | None, today: date) -> date:
    if promised_on is None:
        raise Rejected("day", "Choose the day by which it is paid.", field="promised_on")
    if not today <= promised_on <= today + timedelta(days=LONGEST_DAYS):
        problem = f"Choose a day from today on and within {LONGEST_DAYS} days."
        raise Rejected("day", problem, field="promised_on")
    return promised_on


def _check_note(note: str) -> None:
    refuse_longer(note, MAX_NOTE, field="note", what="the note", code="note")


def _own_invoice(session: Session, actor: Actor, number: str) -> Invoice:
    """Locked until the transaction ends: concurrent promises take turns."""
    if not actor.can("invoices:pay"):
        raise NotFound
    found = session.scalars(
        select(Invoice)
        .where(Invoice.number == number, Invoice.company_id == actor.customer_id, Invoice.kind == "invoice")
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _close_open(session: Session, invoice: Invoice, now: datetime) -> int | None:
    """Withdraw the open promise; returns its id, None if there was none."""
    is_open = (PaymentPromise.invoice_id == invoice.id, PaymentPromise.withdrawn_at.is_(None))
    return session.scalar(
        update(PaymentPromise).where(*is_open).values(withdrawn_at=now).returning(PaymentPromise.id)
    )
