"""Money that came outside Stripe: checks, transfers and cash, recorded by staff and applied to invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.companies.queries import branches_for_staff
from portal.accounts.models import Company
from portal.billing.chart_of_accounts import BANK
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.letters import mail_payment_recorded
from portal.billing.offline_payments.queries import recorded_before
from portal.billing.offline_payments.rules import OfflinePayment, check_payment
from portal.billing.settlement.discounts import Put, money_in, shares
from portal.billing.settlement.facts import PaymentSubmitted
from portal.billing.settlement.received import Received
from portal.billing.settlement.split import Share
from portal.billing.settlement.use_cases.group_on import by_branch, pass_to_branch
from portal.billing.settlement.use_cases.locks import lock_documents
from portal.billing.settlement.use_cases.settle import post_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.foundation.money import format_minor
from portal.foundation.wording import date_words
from portal.touchpoints.recording import Event, record

# Two submissions of one form wait for each other here, so that the second sees what the first has posted.
# So do payments of one company, so that the second sees that it looks like the first.
ALONE = text(
    "select pg_advisory_xact_lock(7261010, hashtext(:key)), pg_advisory_xact_lock(7261011, cast(:company as int))"
)


def receive_payment(
    session: Session,
    *,
    actor: Actor,
    company: Company,
    money: OfflinePayment,
    key: str,
    now: datetime,
    today: date,
) -> Payment:
    """Record a payment that came outside Stripe. Idempotent by ``key``: the answer is the first payment. What is put onto
    invoices of a parent's branches is passed on to their books at once.

    :param key: random, from the form.
    :raises NotFound: if the actor lacks the permission, or for another company's invoice.
    :raises Rejected: on its field; ``again`` if one like it was recorded before and nobody said that it is another;
        ``amount_<invoice id>`` and ``discount_<invoice id>`` for the part of an invoice.
    :raises Conflict: if the form was sent before with another amount.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    before = _received_before(session, company, money, key)
    if before is not None:
        return before
    check_payment(money, today)
    _check_twice(session, company, money)
    branches = branches_for_staff(session, actor, company.id)
    documents = lock_documents(session, company_id=[company.id, *branches], ids=money.parts)
    parts = _shares(documents, money, company.currency)
    whose = {each.id: each.company_id for each in documents.values()}
    own = [share for share in parts if whose[share.invoice_id] == company.id]
    received = _received(company, money, _posting_key(key), money.received_at(now, today))
    settled = post_payment(session, received, own, actor=actor, now=now)
    assert settled is not None  # the key was looked for under the lock
    payment = settled.payment
    onward = by_branch(parts, whose, branches, fact=payment.number, at=payment.received_at)
    passed = [pass_to_branch(session, payment, each, actor=actor, now=now) for each in onward]
    _record_submitted(session, payment, len(parts), actor, now)
    mail_payment_recorded(session, company, settled, passed)
    return payment


def was_received(session: Session, key: str) -> bool:
    """Whether a payment was recorded with this form before."""
    return _of_key(session, key) is not None


def _received_before(session: Session, company: Company, money: OfflinePayment, key: str) -> Payment | None:
    session.execute(ALONE, {"key": key, "company": company.id})
    before = _of_key(session, key)
    if before is not None and (before.company_id, before.amount_minor) != (company.id, money.amount_minor):
        raise Conflict(
            "same_form", "This form was sent before with other contents. Look at the payments below."
        )
    return before


def _check_twice(session: Session, company: Company, money: OfflinePayment) -> None:
    before = None if money.again else recorded_before(session, company.id, money)
    if before is not None:
        amount, day = format_minor(before.amount_minor, before.currency), date_words(before.received_on)
        words = (
            f"{before.method_words} over {amount} was recorded before: {before.number}, received on {day}."
        )
        raise Rejected("again", f"{words} Tick the box if this is another one.", field="again")


def _posting_key(key: str) -> str:
    return f"payment:form:{key}"


def _of_key(session: Session, key: str) -> Payment | None:
    return session.scalars(
        select(Payment)
        .join(LedgerEntry, LedgerEntry.payment_id == Payment.id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerTransaction.posting_key == _posting_key(key))
        .limit(1)
    ).one_or_none()


def _shares(documents: Mapping[int, OpenDocument], money: OfflinePayment, currency: str) -> list[Share]:
    """What is settled of each invoice, with the early-payment discount as of the day on which the money came."""
    for id, part in money.parts.items():
        document = documents[id]
        if document.kind != "invoice" or document.currency != currency:
            raise NotFound
        if not 0 < part <= document.free_minor:
            free = format_minor(max(document.free_minor, 0), currency)
            reason = ": a payment for the rest of it is under way" if document.spoken_minor else ""
            raise Rejected("too_much", f"At most {free} of {document.number}{reason}.", field=f"amount_{id}")
    put = Put(money.parts, money.discounts, money.received_on)
    parts = shares(put, documents, at_most=money.amount_minor)
    total = money_in(parts)
    if total > money.amount_minor:
        came, words = format_minor(money.amount_minor, currency), format_minor(total, currency)
        raise Rejected("parts", f"{words} is put onto invoices, but only {came} came.", field="amount")
    return parts


def _received(company: Company, money: OfflinePayment, posting_key: str, at: datetime) -> Received:
    return Received(
        company_id=company.id,
        kind=money.kind,
        amount_minor=money.amount_minor,
        currency=company.currency,
        received_at=at,
        received_on=money.received_on,
        key=posting_key,
        account=BANK,
        method_words=money.words,
        reference=money.reference,
        note=money.note,
    )


def _record_submitted(session: Session, payment: Payment, lines: int, actor: Actor, now: datetime) -> None:
    record(
        session,
        Event(
            PaymentSubmitted(method=payment.kind, number=payment.number, lines=lines),
            actor=actor,
            now=now,
            key=f"payment_submitted:{payment.number}",
            account_id=payment.company_id,
            value_minor=payment.amount_minor,
            currency=payment.currency,
            links={"payment_id": payment.id},
        ),
    )
