"""Small differences of invoices are written off by staff, within a limit, and can be owed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, WRITE_OFFS
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.write_offs import WriteOff
from portal.billing.settlement.facts import record_write_off_reversed, record_written_off
from portal.billing.settlement.use_cases.locks import lock_documents
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor

SHORTEST_REASON, LONGEST_REASON = 3, 200


@dataclass(frozen=True, slots=True)
class NewWriteOff:
    """What is written off: all that is open of an invoice.

    :ivar limit_minor: the most that is written off of one invoice, in minor units of its currency.
    :ivar key: random, from the form: the same form writes off once.
    """

    invoice: Invoice
    reason: str
    limit_minor: int
    key: str


def write_off_rest(session: Session, new: NewWriteOff, *, actor: Actor, now: datetime) -> WriteOff:
    """Write off what is open of an invoice that the actor may see. Idempotent by the form's key.

    :raises NotFound: if the actor lacks the permission, or it is no invoice.
    :raises Rejected: ``nothing`` open, ``under_way``, ``too_much``, ``reason``.
    """
    if not actor.can("billing:manage") or new.invoice.kind != "invoice":
        raise NotFound
    invoice = new.invoice
    document = lock_documents(session, company_id=invoice.company_id, ids=[invoice.id])[invoice.id]
    before = session.scalars(select(WriteOff).where(WriteOff.key == new.key)).one_or_none()
    if before is not None:
        return before
    _check(session, document, new)
    written = WriteOff(
        invoice_id=invoice.id,
        company_id=invoice.company_id,
        amount_minor=document.open_minor,
        limit_minor=new.limit_minor,
        currency=document.currency,
        reason=new.reason,
        key=new.key,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        at=now,
    )
    session.add(written)
    session.flush()
    _post(session, written, "", actor, now)
    record_written_off(session, written, document.number, actor=actor, now=now)
    return written


def reverse_write_off(
    session: Session, *, actor: Actor, invoice: Invoice, write_off_id: int, now: datetime
) -> bool:
    """Let what was written off be owed again. Idempotent.

    :returns: False if it was reversed before.
    :raises NotFound: if the actor lacks the permission, or the invoice has no such write-off.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    lock_documents(session, company_id=invoice.company_id, ids=[invoice.id])
    written = session.get(WriteOff, write_off_id, populate_existing=True)
    if written is None or written.invoice_id != invoice.id:
        raise NotFound
    if written.reversed_at is not None:
        return False
    written.reversed_at, written.reversed_by_name = now, actor.name
    session.flush()
    _post(session, written, ":undone", actor, now)
    record_write_off_reversed(session, written, invoice.number, actor=actor, now=now)
    return True


def _check(session: Session, document: OpenDocument, new: NewWriteOff) -> None:
    if document.open_minor <= 0:
        raise Rejected("nothing", f"Nothing of {document.number} is open.", outcome="conflict")
    if document.spoken_minor:
        raise Rejected("under_way", f"A payment for {document.number} is under way.", outcome="conflict")
    query = select(func.coalesce(func.sum(WriteOff.amount_minor), 0)).where(
        WriteOff.invoice_id == document.id, WriteOff.reversed_at.is_(None)
    )
    earlier = int(session.scalar(query) or 0)
    if earlier + document.open_minor > new.limit_minor:
        most, open_words = (
            format_minor(each, document.currency) for each in (new.limit_minor, document.open_minor)
        )
        words = f"At most {most} of an invoice is written off, and {open_words} is open. Credit it instead."
        raise Rejected("too_much", words, outcome="conflict")
    if not SHORTEST_REASON <= len(new.reason) <= LONGEST_REASON:
        words = f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters. The customer reads it."
        raise Rejected("reason", words, field="reason")


def _post(session: Session, written: WriteOff, suffix: str, actor: Actor, now: datetime) -> None:
    amount = -written.amount_minor if suffix else written.amount_minor
    post(
        session,
        key=f"write_off:{written.key}{suffix}",
        kind="write_off",
        company_id=written.company_id,
        currency=written.currency,
        occurred_at=now,
        sides=[
            Side(WRITE_OFFS, amount, invoice_id=written.invoice_id),
            Side(RECEIVABLE, -amount, invoice_id=written.invoice_id),
        ],
        actor=actor,
        words=f"Owed again: {written.reason}" if suffix else written.reason,
    )
