"""Mails about a payment, to the person who made it; for automatic ones, to those who look after the means of paying."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.accounts.models import Company, Membership, User
from portal.billing.models.payments import PaymentAttempt
from portal.billing.settlement.facts import PaymentFailed
from portal.billing.settlement.use_cases.settle import Settled
from portal.foundation.actor import Actor
from portal.foundation.mail import post
from portal.foundation.money import format_minor
from portal.touchpoints.recording import Event, record

LOOK_AFTER_PAYING = ("approver", "company_admin")


def payer_of(session: Session, attempt: PaymentAttempt) -> Actor:
    """Whoever began the attempt, as an actor of the touchpoint log."""
    user = session.get(User, attempt.actor_user_id) if attempt.actor_user_id else None
    if user is None:
        return actor_on_record("anonymous" if attempt.via == "link" else "system", name=attempt.actor_name)
    return actor_on_record(
        user.kind, user_id=user.id, name=user.name, email=user.email, company_id=attempt.company_id
    )


def tell_received(
    session: Session, attempt: PaymentAttempt, settled: Settled, *, late: bool, now: datetime
) -> None:
    """The money is there: what it paid, and what of it no invoice took."""
    payment = settled.payment
    currency = payment.currency
    parts = settled.parts
    data = {
        "number": payment.number,
        "amount": format_minor(payment.amount_minor, currency),
        "method": payment.method_words,
        "path": f"/payments/{attempt.token}",
        "invoices": [
            {
                "number": each.number,
                "paid": format_minor(parts.paid.get(each.id, 0) + parts.discounts.get(each.id, 0), currency),
                "open": format_minor(each.open_minor, currency) if each.open_minor else "",
            }
            for each in settled.invoices
            if each.kind == "invoice"
        ],
        "unapplied": format_minor(parts.unapplied_minor, currency) if parts.unapplied_minor else "",
        "for_draft": attempt.purpose == "draft",
        "late": late,
    }
    _send(session, attempt, "payment_received", payment.number, data)


def tell_failed(
    session: Session, attempt: PaymentAttempt, *, actor: Actor, now: datetime, mail: bool
) -> None:
    """The payment failed: in the log, and by mail to people who cannot see it on a page."""
    declined = attempt.failure_code not in ("", "invalid_request")
    record(
        session,
        Event(
            PaymentFailed(method=attempt.method_kind or "any", code=attempt.failure_code[:80]),
            actor=actor,
            now=now,
            key=f"payment_failed:{attempt.token}",
            account_id=attempt.company_id,
            outcome="payment_declined" if declined else "system_error",
            error_code=attempt.failure_code[:80] or None,
            value_minor=attempt.amount_minor,
            currency=attempt.currency,
            links={"draft_id": attempt.draft_id},
        ),
    )
    if not mail:
        return
    data = {
        "amount": format_minor(attempt.amount_minor, attempt.currency),
        "why": attempt.failure_words,
        "path": f"/payments/{attempt.token}",
        "automatic": attempt.via in ("autopay", "schedule"),
        "confirm": attempt.failure_code == "authentication_required",
    }
    _send(session, attempt, "payment_failed", attempt.token, data)


def _send(session: Session, attempt: PaymentAttempt, kind: str, key: str, data: dict[str, object]) -> None:
    company = session.get_one(Company, attempt.company_id)
    for person in _readers(session, attempt):
        post(
            session,
            key=f"{kind}:{key}:{person.id}",
            kind=kind,
            to_email=person.email,
            to_name=person.name,
            language=person.language,
            company_id=attempt.company_id,
            data={**data, "company": company.name},
        )


def _readers(session: Session, attempt: PaymentAttempt) -> list[User]:
    if attempt.actor_user_id is not None and attempt.via == "page":
        user = session.get(User, attempt.actor_user_id)
        return [user] if user is not None and user.disabled_at is None else []
    rows = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.company_id == attempt.company_id,
            Membership.role.in_(LOOK_AFTER_PAYING),
            Membership.disabled_at.is_(None),
            User.disabled_at.is_(None),
        )
        .order_by(User.id)
    )
    return list(rows)
