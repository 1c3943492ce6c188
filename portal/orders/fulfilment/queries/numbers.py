"""Orders of a store by what is typed or scanned at its counter."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.accounts.sight import store_condition
from portal.foundation.actor import Actor
from portal.orders.models.orders import Order
from portal.orders.numbers import PREFIX
from portal.orders.status import OPEN_STATES


def number_at_counter(session: Session, actor: Actor, store_id: int, typed: str) -> str | None:
    """The order of this store that has the number; its prefix may be left out, and case does not matter."""
    number = typed.strip().upper()
    named = Order.number.in_({typed.strip(), number, f"{PREFIX}{number}"})
    return _first(session, actor, store_id, named)


def number_by_code(session: Session, actor: Actor, store_id: int, code: str) -> str | None:
    """The number of the open order of this store that has the pickup code, given as it is kept."""
    return _first(session, actor, store_id, Order.pickup_code == code, Order.status.in_(OPEN_STATES))


def _first(session: Session, actor: Actor, store_id: int, *conditions: ColumnElement[bool]) -> str | None:
    query = select(Order.number).where(
        store_condition(actor, Order.store_id), Order.store_id == store_id, *conditions
    )
    return session.scalar(query.order_by(Order.id).limit(1))
