"""Mails about an order: queued with the fact they announce and sent by the worker.

They go to the customer's person for whom the order was placed. An order without one (imported) sends none.
Templates are ``templates/email/<domain>/<kind>.txt.j2``; times in the data are words on the store's clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.mail import post
from portal.orders.models.orders import Order, OrderLine
from portal.orders.promise import week_words, when_words, window_words
from portal.orders.status import SHORT_WORDS
from portal.stores.hours.queries import schedules
from portal.stores.models import Store


def send_ready(session: Session, order: Order, *, event_id: int, now: datetime, rest: int) -> None:
    """Something can be collected. ``rest`` is how many lines are still to come."""
    hours = schedules(session, [order.store_id]) if order.store_id is not None else {}
    data = {
        "code": order.pickup_code or "",
        "pickup_person": order.pickup_person,
        "rest": rest,
        "hours": week_words(hours[order.store_id]) if order.store_id in hours else "",
    }
    _send(session, order, "order_ready", event_id, now, data)


def send_short(
    session: Session, order: Order, line: OrderLine, *, event_id: int, now: datetime, units: int, waits: bool
) -> None:
    """``units`` of a line are missing: they are waited for, or cancelled."""
    data = {
        "sku": line.sku,
        "name": line.name,
        "colour": line.colour_name or "",
        "units": units,
        "ordered": line.quantity,
        "why": SHORT_WORDS.get(line.short_reason, ""),
        "waits": waits,
    }
    _send(session, order, "order_short", event_id, now, data)


def send_restocked(
    session: Session, order: Order, *, event_id: int, now: datetime, lines: Sequence[OrderLine]
) -> None:
    """What was waited for has come in and is being prepared."""
    names = [{"sku": line.sku, "name": line.name} for line in lines]
    _send(session, order, "order_restocked", event_id, now, {"lines": names})


def send_cancelled(
    session: Session, order: Order, *, event_id: int, now: datetime, reason: str, rest: bool
) -> None:
    """The order is cancelled; ``rest``: only what was not collected of it."""
    _send(session, order, "order_cancelled", event_id, now, {"reason": reason, "rest": rest})


def send_promise_changed(
    session: Session, order: Order, *, event_id: int, now: datetime, reason: str
) -> None:
    """Another time is promised, for this reason."""
    _send(session, order, "order_promise_changed", event_id, now, {"reason": reason})


def send_on_the_way(session: Session, order: Order, *, event_id: int, now: datetime) -> None:
    """The order has left the store."""
    _send(session, order, "order_out", event_id, now, {"ship_to": order.ship_to or {}})


def _send(
    session: Session, order: Order, kind: str, event_id: int, now: datetime, data: dict[str, Any]
) -> None:
    person_id = order.subject_user_id or order.placed_by_user_id
    person = session.get(User, person_id) if person_id else None
    if person is None or not person.is_customer or person.disabled_at is not None:
        return
    post(
        session,
        key=f"{kind}:{order.number}:{event_id}",
        kind=kind,
        to_email=person.email,
        to_name=person.name,
        language=person.language,
        company_id=order.company_id,
        order_id=order.id,
        data={**_order_data(session, order, now), **data},
    )


def _order_data(session: Session, order: Order, now: datetime) -> dict[str, Any]:
    store = session.scalars(select(Store).where(Store.id == order.store_id)).one_or_none()
    zone = store.time_zone if store else "UTC"
    window = ""
    if order.window_start and order.window_end:
        window = window_words(order.window_start, order.window_end, zone, now)
    return {
        "number": order.number,
        "path": f"/orders/{order.number}",
        "po_number": order.po_number,
        "job": order.job_name,
        "fulfilment": order.fulfilment,
        "promised": when_words(order.promised_at, zone, now) if order.promised_at else "",
        "window": window,
        "store": {
            "name": store.name,
            "line1": store.line1,
            "city": store.city,
            "region": store.region,
            "postcode": store.postcode,
            "phone": store.phone,
        }
        if store
        else {},
    }
