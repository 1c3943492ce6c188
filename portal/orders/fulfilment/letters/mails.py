"""Queues the mails about an order with the event they announce; the worker sends them.

They go to the person the order was placed for. An order without one (imported) sends none.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.foundation.mail import Letter
from portal.foundation.money import format_minor
from portal.orders.fulfilment.letters.kinds import OrderCancelled, OrderOut, OrderPromiseChanged, OrderReady
from portal.orders.fulfilment.letters.to_customer import mail_customer
from portal.orders.fulfilment.letters.words import order_path, pickup_window, promised_words, store_address
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order
from portal.orders.promise import week_words
from portal.stores.hours.queries import schedules
from portal.stores.models import Store


def mail_ready(session: Session, order: Order, event: OrderEvent, *, rest: int) -> None:
    """Something can be collected. ``rest`` is how many lines are still to come."""
    hours = schedules(session, [order.store_id]) if order.store_id is not None else {}

    def write(store: Store | None) -> Letter:
        return OrderReady(
            number=order.number,
            path=order_path(order),
            rest=rest,
            code=order.pickup_code or "",
            pickup_person=order.pickup_person,
            store=store_address(store),
            hours=week_words(hours[order.store_id]) if order.store_id in hours else "",
            window=pickup_window(order, store, event),
            po_number=order.po_number,
            job=order.job_name,
        )

    mail_customer(session, order, event, write)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What is cancelled of an order. ``rest``: only what was not collected of it. ``ahead_minor``: what was paid ahead for it
    and stays on the account now."""

    reason: str
    rest: bool
    ahead_minor: int = 0


def mail_cancelled(session: Session, order: Order, event: OrderEvent, what: Cancelled) -> None:
    """The order is cancelled, or the rest of it."""
    letter = OrderCancelled(
        number=order.number,
        path=order_path(order),
        reason=what.reason,
        rest=what.rest,
        ahead=format_minor(what.ahead_minor, order.currency) if what.ahead_minor else "",
    )
    mail_customer(session, order, event, lambda _: letter)


def mail_promise_changed(session: Session, order: Order, event: OrderEvent, *, reason: str) -> None:
    """Another time is promised, for this reason."""

    def write(store: Store | None) -> Letter:
        return OrderPromiseChanged(
            number=order.number,
            path=order_path(order),
            fulfilment=order.fulfilment,
            promised=promised_words(order, store, event),
            reason=reason,
            store=store_address(store),
        )

    mail_customer(session, order, event, write)


def mail_on_the_way(session: Session, order: Order, event: OrderEvent) -> None:
    """The order has left the store."""

    def write(store: Store | None) -> Letter:
        return OrderOut(
            number=order.number,
            path=order_path(order),
            promised=promised_words(order, store, event),
            ship_to=order.ship_to or {},
            store=store_address(store),
        )

    mail_customer(session, order, event, write)
