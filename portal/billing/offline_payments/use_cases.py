"""Money that came outside Stripe: cheques, transfers and cash, recorded by staff and put onto invoices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import BANK
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.settlement.facts import PaymentSubmitted
from portal.billing.settlement.split import Share
from portal.billing.settlement.use_cases.locks import lock_documents
from portal.billing.settlement.use_cases.settle import Received, post_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.foundation.money import format_minor
from portal.touchpoints.recording import Event, record

KINDS = {"cheque": "Cheque", "transfer": "Bank transfer", "cash": "Cash"}
LONGEST_REFERENCE = 60
LONGEST_NOTE = 300
OLDEST = timedelta(days=366)
# Two sends of one form wait for each other here, so that the second one sees what the first has posted.
ALONE = text("select pg_advisory_xact_lock(7261010, hashtext(:key))")


@dataclass(frozen=True, slots=True)
class Offline:
    """What staff typed about money that came. ``parts``: minor units for invoices by id; the rest stays unapplied."""

    kind: str
    amount_minor: int
    received_on: date
    reference: str = ""
    note: str = ""


def receive(
    session: Session,
    *,
    actor: Actor,
    company: Company,
    money: Offline,
    parts: Mapping[int, int],
    key: str,
    now: datetime,
    today: date,
) -> Payment:
    """Record a payment that came outside Stripe, once per form.

    :param key: random, of the form; sent twice, the answer is the payment of the first time.
    :raises NotFound: for whom may not, or for another company's invoice.
    :raises Rejected: on its field; ``amount_<invoice id>`` for the part of an invoice.
    :raises Conflict: when the form was sent before with another amount.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    session.execute(ALONE, {"key": key})
    before = _of_key(session, _posting_key(key))
    if before is not None:
        if (before.company_id, before.amount_minor) != (company.id, money.amount_minor):
            raise Conflict(
                "same_form", "This form was sent before with other contents. Look at the payments below."
            )
        return before
    _check(money, today)
    documents = lock_documents(session, company_id=company.id, ids=parts)
    _check_parts(documents, parts, money.amount_minor, company.currency)
    settled = post_payment(
        session,
        Received(
            company_id=company.id,
            kind=money.kind,
            amount_minor=money.amount_minor,
            currency=company.currency,
            received_at=_moment(money.received_on, now, today),
            received_on=money.received_on,
            key=_posting_key(key),
            account=BANK,
            method_words=_words(money),
            reference=money.reference,
            note=money.note,
        ),
        [Share(id, amount) for id, amount in parts.items()],
        actor=actor,
        now=now,
    )
    assert settled is not None  # the key was looked for under the lock
    record(
        session,
        Event(
            PaymentSubmitted(method=money.kind, number=settled.payment.number, lines=len(parts)),
            actor=actor,
            now=now,
            key=f"payment_submitted:{settled.payment.number}",
            account_id=company.id,
            value_minor=money.amount_minor,
            currency=company.currency,
            links={"payment_id": settled.payment.id},
        ),
    )
    return settled.payment


def is_known(session: Session, key: str) -> bool:
    """Whether a payment was recorded with this form before."""
    return _of_key(session, _posting_key(key)) is not None


def _posting_key(key: str) -> str:
    return f"payment:form:{key}"


def _of_key(session: Session, posting_key: str) -> Payment | None:
    return session.scalars(
        select(Payment)
        .join(LedgerEntry, LedgerEntry.payment_id == Payment.id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerTransaction.posting_key == posting_key)
        .limit(1)
    ).one_or_none()


def _check(money: Offline, today: date) -> None:
    if money.kind not in KINDS:
        raise Rejected("kind", "Choose how the money came.", field="kind")
    if money.amount_minor <= 0:
        raise Rejected("amount", "Enter the amount that came.", field="amount")
    if money.received_on > today:
        raise Rejected("received_on", "This day is still to come.", field="received_on")
    if money.received_on < today - OLDEST:
        raise Rejected("received_on", "This is more than a year ago.", field="received_on")
    if len(money.reference) > LONGEST_REFERENCE:
        raise Rejected("reference", f"Use at most {LONGEST_REFERENCE} characters.", field="reference")
    if money.kind == "cheque" and not money.reference:
        raise Rejected("reference", "Enter the cheque's number.", field="reference")
    if len(money.note) > LONGEST_NOTE:
        raise Rejected("note", f"Use at most {LONGEST_NOTE} characters.", field="note")


def _check_parts(
    documents: Mapping[int, OpenDocument], parts: Mapping[int, int], amount_minor: int, currency: str
) -> None:
    for id, part in parts.items():
        document = documents[id]
        if document.kind != "invoice" or document.currency != currency:
            raise NotFound
        if not 0 < part <= document.free_minor:
            free = format_minor(max(document.free_minor, 0), currency)
            reason = ": a payment for the rest of it is under way" if document.spoken_minor else ""
            raise Rejected("too_much", f"At most {free} of {document.number}{reason}.", field=f"amount_{id}")
    total = sum(parts.values())
    if total > amount_minor:
        came, put = format_minor(amount_minor, currency), format_minor(total, currency)
        raise Rejected("parts", f"{put} is put onto invoices, but only {came} came.", field="amount")


def _moment(received_on: date, now: datetime, today: date) -> datetime:
    """Now for today's money; noon for that of an earlier day, so that it stands on that day in every zone near."""
    return now if received_on == today else datetime.combine(received_on, time(16), UTC)


def _words(money: Offline) -> str:
    return f"{KINDS[money.kind]} {money.reference}".strip()
