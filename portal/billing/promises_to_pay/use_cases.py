""" "We pay this by that day": reminders of an invoice wait until then. One promise stands at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.billing.models.dunning import PaymentPromise
from portal.billing.models.invoices import Invoice
from portal.billing.promises_to_pay.facts import PaymentPromised, PaymentPromiseWithdrawn
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.kind import Touch
from portal.touchpoints.recording import Event, record

LONGEST_DAYS = 60
MAX_NOTE = 300


def promise(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    number: str,
    promised_on: date | None,
    note: str = "",
) -> PaymentPromise:
    """Say by when an invoice is paid. A new promise takes the place of the one that stands.

    :param today: the seller's calendar day; a promise is for today or one of the next 60 days.
    :raises NotFound: when the company has no such invoice, or the actor may not speak about paying.
    :raises Rejected: ``day``, ``note``, ``paid`` (nothing is open), ``same`` (this was promised already).
    """
    invoice = _own_invoice(session, actor, number)
    if invoice.open_minor <= 0:
        raise Rejected("paid", "Nothing is open on this invoice any more.", outcome="conflict")
    if promised_on is None:
        raise Rejected("day", "Choose the day by which it is paid.", field="promised_on")
    if not today <= promised_on <= today + timedelta(days=LONGEST_DAYS):
        problem = f"Choose a day from today on and within {LONGEST_DAYS} days."
        raise Rejected("day", problem, field="promised_on")
    if len(note) > MAX_NOTE:
        raise Rejected("note", f"Keep the note within {MAX_NOTE} characters.", field="note")
    _take_back(session, invoice, now)
    made = PaymentPromise(
        invoice_id=invoice.id,
        company_id=invoice.company_id,
        promised_on=promised_on,
        note=note,
        made_by_user_id=actor.user_id,
        made_by_name=actor.name,
        made_at=now,
    )
    session.add(made)
    session.flush()
    _record(session, PaymentPromised(number=invoice.number), invoice, made.id, actor, now)
    return made


def withdraw(session: Session, *, actor: Actor, now: datetime, number: str) -> bool:
    """Take the promise that stands back; reminders go on. Returns whether there was one.

    :raises NotFound: as for :func:`promise`.
    """
    invoice = _own_invoice(session, actor, number)
    gone = _take_back(session, invoice, now)
    if gone is not None:
        _record(session, PaymentPromiseWithdrawn(number=invoice.number), invoice, gone, actor, now)
    return gone is not None


def _own_invoice(session: Session, actor: Actor, number: str) -> Invoice:
    """Held until the transaction ends, so that two promises at once take turns."""
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


def _take_back(session: Session, invoice: Invoice, now: datetime) -> int | None:
    standing = (PaymentPromise.invoice_id == invoice.id, PaymentPromise.withdrawn_at.is_(None))
    return session.scalar(
        update(PaymentPromise).where(*standing).values(withdrawn_at=now).returning(PaymentPromise.id)
    )


def _record(
    session: Session, what: Touch, invoice: Invoice, promise_id: int, actor: Actor, now: datetime
) -> None:
    record(
        session,
        Event(
            what,
            actor=actor,
            now=now,
            key=f"{what.kind.name}:{promise_id}",
            account_id=invoice.company_id,
            value_minor=invoice.open_minor,
            currency=invoice.currency,
            links={"invoice_id": invoice.id, "promise_id": promise_id},
        ),
    )
