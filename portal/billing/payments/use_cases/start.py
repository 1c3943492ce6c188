"""The first transaction of a payment: check it under the locks of its documents, and write it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.payments import GroupAllocation, PaymentAllocation, PaymentAttempt
from portal.billing.payment_states import LIVE
from portal.billing.payments.facts import record_payment_submitted
from portal.billing.payments.new_payment import NewPayment
from portal.billing.payments.queries.payable import taken_minor
from portal.billing.payments.rules import METHODS, MOST_DOCUMENTS, allocate, check_total
from portal.billing.payments.use_cases.admission import admit_payment, begin_alone
from portal.billing.payments.use_cases.memos import settle_with_memos
from portal.billing.payments.use_cases.sent_forms import idempotency_key, sent_before
from portal.billing.settlement.split import Share, due_now
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.tokens import new_token

EXPLAINED = ("page", "link")  # where a person is there to say why less is paid


def start_payment(
    session: Session, new: NewPayment, *, actor: Actor | None, now: datetime, today: date
) -> PaymentAttempt:
    """Begin a payment: lock the documents in id order, check them, write the attempt and its allocations.

    Early-payment discounts are given where all of an invoice is paid in time. If credit memos cover everything, they
    are applied at once and the attempt has succeeded; Stripe is not asked. Idempotent per form.

    :param actor: None for the portal itself.
    :raises Rejected: ``payment_under_way``, ``amount_too_high``, ``short_reason_missing`` … on ``amount_<number>`` or
        ``reason_<number>`` of the document.
    :raises TooManyPayments: if too many were begun and not paid.
    :raises NotFound: if a document is not the company's.
    """
    by = actor or SYSTEM
    _check_company(by, new.company_id)
    begin_alone(session, new.company_id, new.via)
    currency, key = _currency(session, new.company_id), idempotency_key(new)
    known = sent_before(session, new, key) if new.form_key else None
    if known is not None and known.state in (*LIVE, "succeeded"):
        return known
    _admit(session, new, by, now)
    shares = _shares(session, new, currency, today)
    attempt = _attempt(new, by, now)
    attempt.purpose = _purpose(new, shares)
    attempt.amount_minor, attempt.currency = _total(new, shares, currency), currency
    attempt.idempotency_key = new_token() if known else key
    attempt.payer_email = by.email if new.via == "page" else ""
    _insert(session, attempt, shares)
    if new.group:
        of_parent = {"attempt_id": attempt.id, "company_id": attempt.company_id}
        session.execute(insert(GroupAllocation), [{**of_parent, **asdict(each)} for each in new.group])
    if not new.run_on:
        record_payment_submitted(session, attempt, documents=len(shares), actor=by, now=now)
        if attempt.amount_minor == 0:
            settle_with_memos(session, attempt, shares, by, now)
    return attempt


def start_setup(
    session: Session,
    *,
    actor: Actor,
    company_id: int,
    now: datetime,
    method_kind: str = "",
    via: str = "page",
) -> PaymentAttempt:
    """Begin to save a card or bank account; nothing is charged.

    :raises TooManyPayments: if too many were begun and not finished.
    :raises NotFound: if the company is not the actor's.
    """
    _check_company(actor, company_id)
    new = NewPayment(company_id=company_id, via=via, method_kind=method_kind, save_method=True)
    begin_alone(session, company_id, via)
    _admit(session, new, actor, now)
    attempt = _attempt(new, actor, now)
    attempt.purpose, attempt.amount_minor = "setup", 0
    attempt.currency, attempt.idempotency_key = _currency(session, company_id), new_token()
    _insert(session, attempt, [])
    return attempt


def _admit(session: Session, new: NewPayment, by: Actor, now: datetime) -> None:
    if new.run_on is None:
        admit_payment(
            session,
            company_id=new.company_id,
            via=new.via,
            person_id=by.user_id,
            link_id=new.pay_link_id,
            invoice_ids=new.document_ids,
            now=now,
        )


def _check_company(actor: Actor, company_id: int) -> None:
    if actor.company_id is not None and actor.company_id != company_id:
        raise NotFound


def _attempt(new: NewPayment, by: Actor, now: datetime) -> PaymentAttempt:
    return PaymentAttempt(
        token=new_token(),
        company_id=new.company_id,
        via=new.via,
        state="scheduled" if new.run_on else "created",
        method_kind=new.method_kind if new.method_kind in METHODS else "",
        saved_method_id=new.saved_method_id,
        save_method=new.save_method,
        draft_id=new.draft_id,
        pay_link_id=new.pay_link_id,
        run_on=new.run_on,
        actor_user_id=by.user_id,
        actor_name=by.name,
        created_at=now,
        updated_at=now,
    )


def _currency(session: Session, company_id: int) -> str:
    currency = session.scalar(select(Company.currency).where(Company.id == company_id))
    if currency is None:
        raise NotFound
    return currency


def _shares(session: Session, new: NewPayment, currency: str, today: date) -> list[Share]:
    """What the payment settles; its documents are locked from here on."""
    ids = new.document_ids
    if len(set(ids)) != len(ids) or len(ids) > MOST_DOCUMENTS:
        raise Rejected("too_many", f"Choose each document once, and at most {MOST_DOCUMENTS:,} at a time.")
    documents = lock_invoices(session, company_id=new.company_id, ids=ids)
    other = next((each for each in documents.values() if each.currency != currency), None)
    if other is not None:
        raise Rejected("currency", f"{other.number} is in {other.currency}; pay it by transfer.")
    must_explain = new.via in EXPLAINED
    shares, refusals = allocate(
        documents, taken_minor(session, ids), new.shares, today, must_explain=must_explain
    )
    if refusals:
        raise refusals[0]
    return shares


def _purpose(new: NewPayment, shares: Sequence[Share]) -> str:
    if new.group:
        return "group"
    if new.on_account:
        return "account"
    return "invoices" if shares or new.draft_id is None else "draft"


def _total(new: NewPayment, shares: Sequence[Share], currency: str) -> int:
    total = due_now(shares) if new.amount_minor is None else new.amount_minor
    total += sum(share.to_pay_minor for share in new.group)
    has_purpose = new.draft_id is not None or new.on_account or bool(shares) or bool(new.group)
    check_total(total, currency, has_purpose=has_purpose)
    return total


def _insert(session: Session, attempt: PaymentAttempt, shares: Sequence[Share]) -> None:
    session.add(attempt)
    session.flush()
    of_attempt = {"attempt_id": attempt.id, "company_id": attempt.company_id}
    rows = [{**of_attempt, **asdict(share)} for share in shares]
    if rows:
        session.execute(insert(PaymentAllocation), rows)
