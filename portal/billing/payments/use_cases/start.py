"""The first transaction of a payment: who pays what, checked under the locks of its documents, and written down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payment_states import LIVE
from portal.billing.payments.use_cases.payable import (
    METHODS,
    Want,
    check_total,
    discount,
    nearer_to_zero,
    shares_for,
    spoken_for,
)
from portal.billing.settlement.facts import PaymentSubmitted
from portal.billing.settlement.split import Share, due_now, split
from portal.billing.settlement.use_cases.settle import apply_memos, lock_documents, refreshed, tell_paid
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.errors import NotFound
from portal.foundation.tokens import new_token
from portal.touchpoints.recording import Event, record


def start(
    session: Session,
    *,
    actor: Actor | None,
    company_id: int,
    wants: Sequence[Want],
    now: datetime,
    today: date,
    via: str = "page",
    method_kind: str = "",
    save_method: bool = False,
    pay_link_id: int | None = None,
    draft_id: int | None = None,
    amount_minor: int | None = None,
    saved_method_id: int | None = None,
    run_on: date | None = None,
    form_key: str = "",
) -> PaymentAttempt:
    """Begin a payment: lock the documents in id order, check them, write the attempt and what it speaks for.

    Early-payment discounts are given where all of an invoice is paid in time. When credit memos cover everything,
    they are applied at once and the attempt has succeeded; Stripe is not asked. With ``draft_id`` and
    ``amount_minor`` money is taken for an order ahead. With ``run_on`` the payment is scheduled: it speaks for
    nothing until :func:`wake` begins it.

    :param form_key: random, from the form that is sent: sent twice with the same contents, it is the same attempt.
    :raises Rejected: ``payment_under_way``, ``amount_too_high``, ``short_reason_missing`` … with the document's
        number in ``details`` and ``field`` ``amount_<number>`` or ``reason_<number>``.
    :raises NotFound: when a document is not this company's.
    """
    by = actor or SYSTEM
    if by.company_id is not None and by.company_id != company_id:
        raise NotFound
    currency = _currency(session, company_id)
    key = _key(company_id, form_key, wants, method_kind, save_method)
    known = _sent_before(session, company_id, wants, key) if form_key else None
    if known is not None and known.state in (*LIVE, "succeeded"):
        return known
    shares = shares_for(session, company_id, currency, wants, today, must_explain=via in ("page", "link"))
    total = due_now(shares) if amount_minor is None else amount_minor
    check_total(total, currency, draft_id is not None or bool(shares))
    attempt = PaymentAttempt(
        token=new_token(),
        company_id=company_id,
        purpose="invoices" if shares or draft_id is None else "draft",
        via=via,
        state="scheduled" if run_on else "created",
        amount_minor=total,
        currency=currency,
        idempotency_key=new_token() if known else key,
        method_kind=method_kind if method_kind in METHODS else "",
        saved_method_id=saved_method_id,
        save_method=save_method,
        draft_id=draft_id,
        pay_link_id=pay_link_id,
        run_on=run_on,
        actor_user_id=by.user_id,
        actor_name=by.name,
        created_at=now,
        updated_at=now,
        payer_email=by.email if via == "page" else "",
    )
    session.add(attempt)
    session.flush()
    _allocate(session, attempt, shares)
    if not run_on:
        _submitted(session, attempt, len(shares), by, now)
        if total == 0:
            _settle_with_memos(session, attempt, shares, by, now)
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
    """Begin to save a card or bank account; nothing is charged."""
    if actor.company_id is not None and actor.company_id != company_id:
        raise NotFound
    attempt = PaymentAttempt(
        token=new_token(),
        company_id=company_id,
        purpose="setup",
        via=via,
        state="created",
        amount_minor=0,
        currency=_currency(session, company_id),
        idempotency_key=new_token(),
        method_kind=method_kind if method_kind in METHODS else "",
        save_method=True,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        created_at=now,
        updated_at=now,
    )
    session.add(attempt)
    session.flush()
    return attempt


def wake(session: Session, attempt_id: int, *, now: datetime, today: date) -> PaymentAttempt:
    """Begin a scheduled payment: its documents are locked and checked as they stand today.

    What was paid meanwhile is left out and the amount gets smaller; with nothing left the attempt is cancelled.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt.state != "scheduled":
        return attempt
    rows = session.scalars(
        select(PaymentAllocation)
        .where(PaymentAllocation.attempt_id == attempt_id)
        .order_by(PaymentAllocation.invoice_id)
    ).all()
    documents = lock_documents(session, attempt.company_id, [row.invoice_id for row in rows])
    taken = spoken_for(session, documents)
    for row in rows:
        document = documents[row.invoice_id]
        left = document.open_minor - taken.get(document.id, 0)
        amount = nearer_to_zero(row.amount_minor, left)
        row.amount_minor, row.discount_minor = discount(document, amount, left, today)
        if row.amount_minor == 0:
            session.delete(row)
    shares = [Share(r.invoice_id, r.amount_minor, r.discount_minor) for r in rows if r.amount_minor]
    total = max(0, due_now(shares))
    if attempt.purpose == "invoices":
        attempt.amount_minor = total
    attempt.updated_at = now
    if attempt.amount_minor == 0:
        attempt.state, attempt.failure_words = "cancelled", "Nothing was left to be paid."
        return attempt
    attempt.state = "created"
    session.flush()
    _submitted(session, attempt, len(shares), SYSTEM, now)
    return attempt


def shares_of(session: Session, attempt_id: int) -> list[Share]:
    """What an attempt is for, in the order of the documents' ids."""
    rows = session.scalars(
        select(PaymentAllocation)
        .where(PaymentAllocation.attempt_id == attempt_id)
        .order_by(PaymentAllocation.invoice_id)
    )
    return [Share(r.invoice_id, r.amount_minor, r.discount_minor, r.short_reason, r.short_note) for r in rows]


def _key(company_id: int, form_key: str, wants: Sequence[Want], method_kind: str, save_method: bool) -> str:
    if not form_key:
        return new_token()
    contents = repr(
        (company_id, form_key, sorted(wants, key=lambda w: w.invoice_id), method_kind, save_method)
    )
    return hashlib.sha256(contents.encode()).hexdigest()


def _sent_before(session: Session, company_id: int, wants: Sequence[Want], key: str) -> PaymentAttempt | None:
    """The attempt that the same form began; whoever sends it at the same moment waits for the documents' locks."""
    lock_documents(session, company_id, [want.invoice_id for want in wants])
    same = (PaymentAttempt.idempotency_key == key, PaymentAttempt.company_id == company_id)
    return session.scalars(select(PaymentAttempt).where(*same)).one_or_none()


def _currency(session: Session, company_id: int) -> str:
    currency = session.scalar(select(Company.currency).where(Company.id == company_id))
    if currency is None:
        raise NotFound
    return currency


def _allocate(session: Session, attempt: PaymentAttempt, shares: Sequence[Share]) -> None:
    if shares:
        rows = [
            {
                "attempt_id": attempt.id,
                "invoice_id": share.invoice_id,
                "company_id": attempt.company_id,
                "amount_minor": share.amount_minor,
                "discount_minor": share.discount_minor,
                "short_reason": share.short_reason,
                "short_note": share.short_note,
            }
            for share in shares
        ]
        session.execute(insert(PaymentAllocation), rows)


def _submitted(
    session: Session, attempt: PaymentAttempt, documents: int, actor: Actor, now: datetime
) -> None:
    record(
        session,
        Event(
            PaymentSubmitted(method=attempt.method_kind or "any", lines=documents),
            actor=actor,
            now=now,
            key=f"payment_submitted:{attempt.token}",
            account_id=attempt.company_id,
            value_minor=attempt.amount_minor,
            currency=attempt.currency,
            links={"draft_id": attempt.draft_id},
        ),
    )


def _settle_with_memos(
    session: Session, attempt: PaymentAttempt, shares: Sequence[Share], actor: Actor, now: datetime
) -> None:
    documents: Mapping[int, Invoice] = lock_documents(
        session, attempt.company_id, [s.invoice_id for s in shares]
    )
    parts = split(0, shares, {each.id: each.open_minor for each in documents.values()})
    apply_memos(session, parts.memos, dict(documents), actor=actor, now=now)
    attempt.state = "succeeded"
    paid = [
        each
        for each in refreshed(session, documents.values())
        if each.kind == "invoice" and not each.open_minor
    ]
    tell_paid(session, paid, by=attempt.token, actor=actor, now=now)
