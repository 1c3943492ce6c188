"""Take an application back: a posting of its own, never an edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.cash_application.facts import record_application_undone
from portal.billing.chart_of_accounts import RECEIVABLE
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.settlement.queries import UNDONE, applied_parts, posted
from portal.billing.settlement.use_cases.locks import lock_documents, lock_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def undo_application(
    session: Session, *, actor: Actor, company_id: int, transaction_id: int, now: datetime
) -> bool:
    """Take an application back. Its invoices are open again by what it had paid. Idempotent.

    :returns: False if it was taken back before.
    :raises NotFound: if the company has no such application.
    :raises Rejected: ``spent`` if the money has been refunded or charged back since.
    """
    done = _application(session, company_id, transaction_id)
    entries = _entries(session, done)
    _lock(session, company_id, entries)
    if posted(session, done.posting_key + UNDONE):
        return False
    _check_not_spent(session, entries)
    posted_now = post(
        session,
        key=done.posting_key + UNDONE,
        kind="application",
        company_id=company_id,
        currency=done.currency,
        occurred_at=now,
        sides=[_reversed(entry) for entry in entries],
        actor=actor,
        words=f"Taken back: {done.words}",
    )
    off = [each for each in entries if each.account == RECEIVABLE and each.amount_minor < 0]
    record_application_undone(session, done, off, actor=actor, now=now)
    return posted_now


def _application(session: Session, company_id: int, transaction_id: int) -> LedgerTransaction:
    found = session.scalars(
        select(LedgerTransaction).where(
            LedgerTransaction.id == transaction_id,
            LedgerTransaction.company_id == company_id,
            LedgerTransaction.kind == "application",
            LedgerTransaction.posting_key.not_like("%" + UNDONE),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _entries(session: Session, done: LedgerTransaction) -> Sequence[LedgerEntry]:
    return session.scalars(
        select(LedgerEntry).where(LedgerEntry.transaction_id == done.id).order_by(LedgerEntry.line_no)
    ).all()


def _lock(session: Session, company_id: int, entries: Sequence[LedgerEntry]) -> None:
    for payment_id in sorted({entry.payment_id for entry in entries if entry.payment_id is not None}):
        lock_payment(session, company_id=company_id, payment_id=payment_id)
    ids = [entry.invoice_id for entry in entries if entry.invoice_id is not None]
    lock_documents(session, company_id=company_id, ids=ids)


def _reversed(entry: LedgerEntry) -> Side:
    return Side(entry.account, -entry.amount_minor, invoice_id=entry.invoice_id, payment_id=entry.payment_id)


def _check_not_spent(session: Session, entries: Sequence[LedgerEntry]) -> None:
    """What an application put onto invoices is still there. One statement per payment it took from: one."""
    puts = [each for each in entries if each.account == RECEIVABLE and each.payment_id is not None]
    left = {
        (payment_id, share.invoice_id): share.amount_minor
        for payment_id in sorted({each.payment_id for each in puts if each.payment_id is not None})
        for share in applied_parts(session, payment_id)
    }
    if any(left.get((each.payment_id or 0, each.invoice_id or 0), 0) < -each.amount_minor for each in puts):
        message = (
            "This money has been refunded or charged back since, so it cannot be taken off the invoice again."
        )
        raise Rejected("spent", message, outcome="conflict")
