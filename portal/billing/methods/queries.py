"""Saved means of payment of a company, and what uses them. Nobody but its own people with the right to is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.methods.expiry import expiry
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A saved method as its company sees it."""

    id: int
    words: str
    kind: str
    exp_month: int | None
    exp_year: int | None
    saved_by_name: str
    expiry: str  # never, later, soon, over
    autopay: bool
    scheduled: int  # payments that wait for their day


def methods_of(session: Session, company_id: int, today: date) -> list[MethodRow]:
    """The company's saved methods, newest first. One statement."""
    autopay = (
        select(Autopay.id)
        .where(Autopay.saved_method_id == SavedMethod.id, Autopay.ended_at.is_(None))
        .exists()
    )
    scheduled = (
        select(func.count(PaymentAttempt.id))
        .where(PaymentAttempt.saved_method_id == SavedMethod.id, PaymentAttempt.state == "scheduled")
        .scalar_subquery()
    )
    rows = session.execute(
        select(SavedMethod, autopay, scheduled)
        .where(SavedMethod.company_id == company_id, SavedMethod.removed_at.is_(None))
        .order_by(SavedMethod.id.desc())
    )
    return [
        MethodRow(
            m.id,
            m.words,
            m.kind,
            m.exp_month,
            m.exp_year,
            m.saved_by_name,
            expiry(m.exp_month, m.exp_year, today),
            by_autopay,
            count,
        )
        for m, by_autopay, count in rows
    ]


def methods_to_charge(session: Session, actor: Actor, today: date) -> list[MethodRow]:
    """Saved methods that the actor may pay with now; none for who may not, without asking."""
    if not actor.can("payments:administer"):
        return []
    return [each for each in methods_of(session, actor.customer_id, today) if each.expiry != "over"]


def method_of(session: Session, company_id: int, method_id: int, *, lock: bool = False) -> SavedMethod:
    """A method that the company has saved and not removed.

    :raises NotFound: when it has no such method.
    """
    query = select(SavedMethod).where(
        SavedMethod.id == method_id, SavedMethod.company_id == company_id, SavedMethod.removed_at.is_(None)
    )
    if lock:
        # Not so strong that a payment which names the method has to wait: that one may hold what we wait for.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def autopay_of(session: Session, company_id: int) -> Autopay | None:
    """The company's running mandate."""
    return session.scalars(
        select(Autopay).where(Autopay.company_id == company_id, Autopay.ended_at.is_(None))
    ).one_or_none()


def scheduled_with(session: Session, method_id: int) -> Sequence[PaymentAttempt]:
    """Payments that wait for their day to be charged to a method."""
    return session.scalars(
        select(PaymentAttempt)
        .where(PaymentAttempt.saved_method_id == method_id, PaymentAttempt.state == "scheduled")
        .order_by(PaymentAttempt.run_on, PaymentAttempt.id)
    ).all()
