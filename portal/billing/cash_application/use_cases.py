"""Unapplied cash and credit memos are applied to invoices, and taken back again: both are postings, never edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.cash_application.queries import UNDONE
from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.settlement.facts import PaymentSubmitted
from portal.billing.settlement.queries import applied_parts, pending_refunds_minor, posted
from portal.billing.settlement.use_cases.locks import lock_documents, lock_payment
from portal.billing.settlement.use_cases.paid_in_full import record_paid_in_full
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.touchpoints.recording import Event, record

LONGEST_ID = 15  # digits; more never fit into a row's id


@dataclass(frozen=True, slots=True)
class Source:
    """What is applied: a payment's unapplied cash (``cash``) or a credit memo (``memo``)."""

    kind: str
    id: int

    @classmethod
    def named(cls, name: str) -> Source:
        """By its name in addresses, ``cash-7``; what cannot be one is the source that nobody has."""
        kind, _, id = name.partition("-")
        return cls(kind, int(id) if id.isascii() and id.isdecimal() and len(id) <= LONGEST_ID else 0)


@dataclass(frozen=True, slots=True)
class _Held:
    """A source under lock: how much of it is free, and the side that it gives."""

    number: str
    currency: str
    free_minor: int
    payment_id: int | None
    memo_id: int | None

    def side(self, amount_minor: int) -> Side:
        if self.memo_id is not None:
            return Side(RECEIVABLE, amount_minor, invoice_id=self.memo_id)
        return Side(UNAPPLIED, amount_minor, payment_id=self.payment_id)


def apply(
    session: Session,
    *,
    actor: Actor,
    company_id: int,
    source: Source,
    parts: Mapping[int, int],
    key: str,
    now: datetime,
) -> bool:
    """Apply a source to invoices: so many minor units to each.

    :param key: random, of the form; the same form sent twice is applied once.
    :returns: False when it was applied before.
    :raises NotFound: for another company's money or documents.
    :raises Rejected: when more is asked for than is free on either side; ``field`` is ``amount_<invoice id>``.
    """
    posting_key = f"application:{key}"
    held, documents = _lock(session, company_id, source, parts, ahead=actor.is_staff)
    if posted(session, posting_key):
        return False
    _check(held, documents, parts)
    total = sum(parts.values())
    sides = [held.side(total)]
    sides += [
        Side(RECEIVABLE, -amount, invoice_id=id, payment_id=held.payment_id)
        for id, amount in sorted(parts.items())
    ]
    numbers = _listed(documents[id].number for id in sorted(parts))
    post(
        session,
        key=posting_key,
        kind="application",
        company_id=company_id,
        currency=held.currency,
        occurred_at=now,
        sides=sides,
        actor=actor,
        words=f"{held.number} applied to {numbers}",
    )
    record(
        session,
        Event(
            PaymentSubmitted(method="credit_memo" if held.memo_id else "unapplied_cash", lines=len(parts)),
            actor=actor,
            now=now,
            key=f"payment_submitted:{posting_key}",
            account_id=company_id,
            value_minor=total,
            currency=held.currency,
            links={"payment_id": held.payment_id, "invoice_id": held.memo_id},
        ),
    )
    record_paid_in_full(
        session, parts, posting_key=posting_key, actor=actor, now=now, payment_id=held.payment_id
    )
    return True


def undo(session: Session, *, actor: Actor, company_id: int, transaction_id: int, now: datetime) -> bool:
    """Take an application back by a posting of its own; the invoices are open again by what it had paid.

    :returns: False when it was taken back before.
    :raises NotFound: when the company has no such application.
    :raises Rejected: ``spent`` when the money has been refunded or charged back since.
    """
    done = session.scalars(
        select(LedgerTransaction).where(
            LedgerTransaction.id == transaction_id,
            LedgerTransaction.company_id == company_id,
            LedgerTransaction.kind == "application",
            LedgerTransaction.posting_key.not_like("%" + UNDONE),
        )
    ).one_or_none()
    if done is None:
        raise NotFound
    entries = session.scalars(
        select(LedgerEntry).where(LedgerEntry.transaction_id == done.id).order_by(LedgerEntry.line_no)
    ).all()
    for payment_id in sorted({entry.payment_id for entry in entries if entry.payment_id is not None}):
        lock_payment(session, company_id=company_id, payment_id=payment_id)
    lock_documents(
        session, company_id=company_id, ids=[e.invoice_id for e in entries if e.invoice_id is not None]
    )
    if posted(session, done.posting_key + UNDONE):
        return False
    _check_not_spent(session, entries)
    sides = [
        Side(e.account, -e.amount_minor, invoice_id=e.invoice_id, payment_id=e.payment_id) for e in entries
    ]
    return post(
        session,
        key=done.posting_key + UNDONE,
        kind="application",
        company_id=company_id,
        currency=done.currency,
        occurred_at=now,
        sides=sides,
        actor=actor,
        words=f"Taken back: {done.words}",
    )


def _lock(
    session: Session, company_id: int, source: Source, parts: Mapping[int, int], *, ahead: bool
) -> tuple[_Held, dict[int, OpenDocument]]:
    if source.kind == "cash":
        payment = lock_payment(session, company_id=company_id, payment_id=source.id)
        documents = lock_documents(session, company_id=company_id, ids=parts)
        free = payment.unapplied_minor - pending_refunds_minor(session, payment.id)
        if payment.draft_id is not None and not ahead:
            free = 0  # it was paid for an order and goes to that order's invoice
        return _Held(payment.number, payment.currency, free, payment.id, None), documents
    documents = lock_documents(session, company_id=company_id, ids=[source.id, *parts])
    memo = documents.pop(source.id)
    if memo.kind != "credit_memo":
        raise NotFound
    return _Held(memo.number, memo.currency, -memo.free_minor, None, memo.id), documents


def _check(held: _Held, documents: Mapping[int, OpenDocument], parts: Mapping[int, int]) -> None:
    if not parts:
        raise Rejected("nothing", "Enter an amount for at least one invoice.")
    for id, amount in parts.items():
        document = documents.get(id)
        if document is None or document.kind != "invoice":
            raise NotFound
        if document.currency != held.currency:
            raise Rejected("currency", "This invoice is in another currency.", field=f"amount_{id}")
        if not 0 < amount <= document.free_minor:
            raise Rejected("too_much", _too_much(document), field=f"amount_{id}")
    total = sum(parts.values())
    if total > held.free_minor:
        asked, free = format_minor(total, held.currency), format_minor(max(held.free_minor, 0), held.currency)
        message = f"These amounts come to {asked}, but only {free} of {held.number} can be used."
        raise Rejected("not_enough", message, outcome="conflict")


def _too_much(document: OpenDocument) -> str:
    free = format_minor(max(document.free_minor, 0), document.currency)
    if document.spoken_minor:
        return f"At most {free} of {document.number}: a payment for the rest of it is under way."
    return f"At most {free}: no more of {document.number} is open."


def _check_not_spent(session: Session, entries: Sequence[LedgerEntry]) -> None:
    """What an application put onto invoices still lies there. One statement for each payment it took from: one."""
    puts = [each for each in entries if each.account == RECEIVABLE and each.payment_id is not None]
    lies = {
        (payment_id, share.invoice_id): share.amount_minor
        for payment_id in sorted({each.payment_id for each in puts if each.payment_id is not None})
        for share in applied_parts(session, payment_id)
    }
    if any(lies.get((each.payment_id or 0, each.invoice_id or 0), 0) < -each.amount_minor for each in puts):
        message = (
            "This money has been refunded or charged back since, so it cannot be taken off the invoice again."
        )
        raise Rejected("spent", message, outcome="conflict")


def _listed(numbers: Iterable[str]) -> str:
    names = list(numbers)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
