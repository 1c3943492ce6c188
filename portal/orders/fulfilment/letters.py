"""Mails about an order on its way through the store: queued with the event they announce and sent by the worker.

They go to the customer's person for whom the order was placed. An order without one (imported) sends none.
Times are words on the store's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.mail import Letter, Mail, send
from portal.orders.models.orders import Order, OrderEvent, OrderLine
from portal.orders.promise import week_words, when_words, window_words
from portal.orders.status import SHORT_WORDS
from portal.stores.hours.queries import schedules
from portal.stores.models import Store

# An address; of a store with its name and phone.
Address = dict[str, str]
STORE_PARTS = ("name", "line1", "city", "region", "postcode", "phone")


@dataclass(frozen=True, kw_only=True)
class OrderReady(Letter, words="ready for pickup"):
    """Something can be collected. ``rest``: how many lines are still to come."""

    number: str
    path: str
    rest: int
    code: str
    pickup_person: str
    store: Address
    hours: str
    window: str
    po_number: str
    job: str


@dataclass(frozen=True, kw_only=True)
class OrderShort(Letter, words="something is missing"):
    """``units`` of the ``ordered`` ones of a line are missing: the customer waits for them, or they are cancelled."""

    number: str
    path: str
    units: int
    ordered: int
    sku: str
    name: str
    colour: str
    why: str
    waits: bool
    store: Address


@dataclass(frozen=True, kw_only=True)
class OrderRestocked(Letter, words="waited-for goods came in"):
    """Backordered goods came in and are being prepared. ``lines``: name and SKU of each."""

    number: str
    path: str
    fulfilment: str
    promised: str
    lines: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Letter, words="cancellation"):
    """The order is cancelled; ``rest``: only what was not collected of it."""

    number: str
    path: str
    reason: str
    rest: bool


@dataclass(frozen=True, kw_only=True)
class OrderPromiseChanged(Letter, words="another time is promised"):
    """Another time is promised, for this reason."""

    number: str
    path: str
    fulfilment: str
    promised: str
    reason: str
    store: Address


@dataclass(frozen=True, kw_only=True)
class OrderOut(Letter, words="on its way"):
    """The order has left the store."""

    number: str
    path: str
    promised: str
    ship_to: Address
    store: Address


def mail_ready(session: Session, order: Order, event: OrderEvent, *, rest: int) -> None:
    """Something can be collected. ``rest`` is how many lines are still to come."""
    hours = schedules(session, [order.store_id]) if order.store_id is not None else {}

    def write(store: Store | None) -> Letter:
        return OrderReady(
            number=order.number,
            path=_path(order),
            rest=rest,
            code=order.pickup_code or "",
            pickup_person=order.pickup_person,
            store=_address(store),
            hours=week_words(hours[order.store_id]) if order.store_id in hours else "",
            window=_window(order, store, event),
            po_number=order.po_number,
            job=order.job_name,
        )

    _mail(session, order, event, write)


def mail_short(
    session: Session, order: Order, event: OrderEvent, *, line: OrderLine, units: int, waits: bool
) -> None:
    """``units`` of a line are missing: the customer waits for them, or they are cancelled."""

    def write(store: Store | None) -> Letter:
        return OrderShort(
            number=order.number,
            path=_path(order),
            units=units,
            ordered=line.quantity,
            sku=line.sku,
            name=line.name,
            colour=line.colour_name or "",
            why=SHORT_WORDS.get(line.short_reason, ""),
            waits=waits,
            store=_address(store),
        )

    _mail(session, order, event, write)


def mail_restocked(session: Session, order: Order, event: OrderEvent, *, lines: Sequence[OrderLine]) -> None:
    """Backordered goods came in and are being prepared."""

    def write(store: Store | None) -> Letter:
        return OrderRestocked(
            number=order.number,
            path=_path(order),
            fulfilment=order.fulfilment,
            promised=_promised(order, store, event),
            lines=[{"sku": line.sku, "name": line.name} for line in lines],
        )

    _mail(session, order, event, write)


def mail_cancelled(session: Session, order: Order, event: OrderEvent, *, reason: str, rest: bool) -> None:
    """The order is cancelled; ``rest``: only what was not collected of it."""
    letter = OrderCancelled(number=order.number, path=_path(order), reason=reason, rest=rest)
    _mail(session, order, event, lambda _: letter)


def mail_promise_changed(session: Session, order: Order, event: OrderEvent, *, reason: str) -> None:
    """Another time is promised, for this reason."""

    def write(store: Store | None) -> Letter:
        return OrderPromiseChanged(
            number=order.number,
            path=_path(order),
            fulfilment=order.fulfilment,
            promised=_promised(order, store, event),
            reason=reason,
            store=_address(store),
        )

    _mail(session, order, event, write)


def mail_on_the_way(session: Session, order: Order, event: OrderEvent) -> None:
    """The order has left the store."""

    def write(store: Store | None) -> Letter:
        return OrderOut(
            number=order.number,
            path=_path(order),
            promised=_promised(order, store, event),
            ship_to=order.ship_to or {},
            store=_address(store),
        )

    _mail(session, order, event, write)


def _mail(session: Session, order: Order, event: OrderEvent, write: Callable[[Store | None], Letter]) -> None:
    person_id = order.subject_user_id or order.placed_by_user_id
    person = session.get(User, person_id) if person_id else None
    if person is None or not person.is_customer or person.disabled_at is not None:
        return
    letter = write(session.scalars(select(Store).where(Store.id == order.store_id)).one_or_none())
    send(
        session,
        Mail(
            key=f"{letter.kind}:{order.number}:{event.id}",
            letter=letter,
            to=person,
            company_id=order.company_id,
            order_id=order.id,
        ),
    )


def _path(order: Order) -> str:
    return f"/orders/{order.number}"


def _address(store: Store | None) -> Address:
    return {part: getattr(store, part) for part in STORE_PARTS} if store else {}


def _promised(order: Order, store: Store | None, event: OrderEvent) -> str:
    return when_words(order.promised_at, _zone(store), event.at) if order.promised_at else ""


def _window(order: Order, store: Store | None, event: OrderEvent) -> str:
    if not order.window_start or not order.window_end:
        return ""
    return window_words(order.window_start, order.window_end, _zone(store), event.at)


def _zone(store: Store | None) -> str:
    return store.time_zone if store else "UTC"
