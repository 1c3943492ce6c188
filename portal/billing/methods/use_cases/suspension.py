"""Suspends what a charged-back payment was made with, and the company's mandate. Only we lift it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal, or_, select, update
from sqlalchemy.orm import Session

from portal.billing.methods.facts import record_method
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class Suspended:
    """What is not charged any longer: saved methods in words, and whether autopay is among it."""

    methods: tuple[str, ...]
    autopay: bool


def methods_behind(session: Session, payment: Payment) -> Sequence[SavedMethod]:
    """The company's saved methods that are the card or account of a payment; removed ones, too. One statement."""
    attempt = select(PaymentAttempt.saved_method_id).where(PaymentAttempt.id == payment.attempt_id)
    same: list[ColumnElement[bool]] = [SavedMethod.id == attempt.scalar_subquery()]
    if payment.method_fingerprint:
        same.append(SavedMethod.fingerprint == payment.method_fingerprint)
    # Of what was paid or saved before fingerprints were kept, brand and last digits are all that is known.
    either_unknown = or_(SavedMethod.fingerprint == "", literal(payment.method_fingerprint == ""))
    looks = SavedMethod.brand + " ending " + SavedMethod.last4 == payment.method_words
    same.append(and_(SavedMethod.kind == payment.kind, looks, either_unknown))
    return session.scalars(
        select(SavedMethod)
        .where(SavedMethod.company_id == payment.company_id, or_(*same))
        .order_by(SavedMethod.id)
    ).all()


def suspend_after_chargeback(
    session: Session, payment: Payment, *, chargeback_id: str, now: datetime
) -> Suspended:
    """Suspend the saved methods behind a payment that its bank charges back, and the company's mandate. Idempotent.

    A payment by a link was made by somebody outside: it suspends the mandate only if the mandate's own method was used.
    """
    methods = methods_behind(session, payment)
    for each in methods:
        if each.suspended_at is None:
            each.suspended_at = now
            key = f"suspended:{each.id}:{chargeback_id}"
            _record(session, each, "suspended", key, SYSTEM, now)
    paid_by_link = session.scalar(
        select(PaymentAttempt.via == "link").where(PaymentAttempt.id == payment.attempt_id)
    )
    ids = [each.id for each in methods]
    whose = Autopay.saved_method_id.in_(ids) if paid_by_link else Autopay.company_id == payment.company_id
    mandate = session.scalar(
        update(Autopay)
        .where(Autopay.company_id == payment.company_id, Autopay.ended_at.is_(None), whose)
        .where(Autopay.suspended_at.is_(None))
        .values(suspended_at=now)
        .returning(Autopay.id)
    )
    words = dict.fromkeys(each.words for each in methods if each.removed_at is None)
    return Suspended(tuple(words), mandate is not None)


def allow_again(session: Session, payment: Payment, *, actor: Actor, now: datetime) -> list[str]:
    """Let the saved methods behind a payment be charged again, by staff. A suspended mandate stays so: the company agrees
    to a new one.

    :returns: the methods, in words.
    :raises NotFound: if the actor lacks the permission.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    allowed = [each for each in methods_behind(session, payment) if each.suspended_at is not None]
    for each in allowed:
        each.suspended_at = None
        _record(session, each, "allowed_again", f"allowed:{each.id}:{now.isoformat()}", actor, now)
    return list(dict.fromkeys(each.words for each in allowed))


def _record(
    session: Session, method: SavedMethod, action: str, key: str, actor: Actor, now: datetime
) -> None:
    record_method(
        session, kind=method.kind, action=action, key=key, company_id=method.company_id, actor=actor, now=now
    )
