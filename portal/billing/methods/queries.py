"""A company's saved methods, and what uses them. Only its own people with the permission see them."""

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
    scheduled: int  # payments scheduled to use it
    suspended: bool = False  # a bank charged back what was paid with it


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
    return [_row(method, by_autopay, count, today) for method, by_autopay, count in rows]


def _row(method: SavedMethod, by_autopay: bool, scheduled: int, today: date) -> MethodRow:
    return MethodRow(
        method.id,
        method.words,
        method.kind,
        method.exp_month,
        method.exp_year,
        method.saved_by_name,
        expiry(method.exp_month, method.exp_year, today),
        by_autopay,
        scheduled,
        method.suspended_at is not None,
    )


def methods_to_charge(session: Session, actor: Actor, today: date) -> list[MethodRow]:
    """Saved methods that the actor can pay with now; none, without a statement, if the actor lacks the permission."""
    if not actor.can("payments:administer"):
        return []
    found = methods_of(session, actor.customer_id, today)
    return [each for each in found if each.expiry != "over" and not each.suspended]


def method_of(session: Session, company_id: int, method_id: int, *, lock: bool = False) -> SavedMethod:
    """A method that the company has saved and not removed.

    :raises NotFound: if it has no such method.
    """
    query = select(SavedMethod).where(
        SavedMethod.id == method_id, SavedMethod.company_id == company_id, SavedMethod.removed_at.is_(None)
    )
    if lock:
        # Too weak to block a payment that refers to the method and may hold locks that we wait for: a deadlock.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def autopay_of(session: Session, company_id: int) -> Autopay | None:
    """The company's autopay mandate in force."""
    return session.scalars(
        select(Autopay).where(Autopay.company_id == company_id, Autopay.ended_at.is_(None))
    ).one_or_none()


def scheduled_with(session: Session, method_id: int) -> Sequence[PaymentAttempt]:
    """Payments scheduled to be charged to a method."""
    return session.scalars(
        select(PaymentAttempt)
        .where(PaymentAttempt.saved_method_id == method_id, PaymentAttempt.state == "scheduled")
        .order_by(PaymentAttempt.run_on, PaymentAttempt.id)
    ).all()
