"""Payments that were recorded by staff."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.offline_payments.rules import OfflinePayment, plain_reference
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


def recorded_payment(session: Session, actor: Actor, number: str) -> Payment:
    """A payment by its number.

    :raises NotFound: if there is none, or the actor lacks the permission.
    """
    found = session.scalars(select(Payment).where(Payment.number == number)).one_or_none()
    if found is None or not actor.can("billing:manage"):
        raise NotFound
    return found


def recorded_before(session: Session, company_id: int, money: OfflinePayment) -> Payment | None:
    """The company's payment that looks like this one: a cheque of the same number; a transfer or cash of the same
    amount, day and reference. Those that were taken back do not count. One statement."""
    same: list[ColumnElement[bool]] = [_plain() == plain_reference(money.reference)]
    if money.kind != "cheque":
        same += [Payment.amount_minor == money.amount_minor, Payment.received_on == money.received_on]
    return session.scalars(
        select(Payment)
        .where(
            Payment.company_id == company_id, Payment.kind == money.kind, Payment.reversed_at.is_(None), *same
        )
        .order_by(Payment.id.desc())
        .limit(1)
    ).one_or_none()


def _plain() -> ColumnElement[str]:
    """As :func:`plain_reference` does it."""
    return func.ltrim(func.regexp_replace(func.lower(Payment.reference), "[^a-z0-9]", "", "g"), "0")
