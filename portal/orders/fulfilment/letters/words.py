"""What the letters about an order say of its place and time."""

from __future__ import annotations

from portal.orders.fulfilment.letters.kinds import Address
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order
from portal.orders.promise import when_words, window_words
from portal.stores.models import Store

STORE_PARTS = ("name", "line1", "city", "region", "postcode", "phone")


def order_path(order: Order) -> str:
    """Where the customer sees the order, below the portal's address."""
    return f"/orders/{order.number}"


def store_address(store: Store | None) -> Address:
    """The store's name, address and phone; empty without a store."""
    return {part: getattr(store, part) for part in STORE_PARTS} if store else {}


def promised_words(order: Order, store: Store | None, event: OrderEvent) -> str:
    """The promised time on the store's clock, as said at the time of the event; empty without a promise."""
    return when_words(order.promised_at, _zone(store), event.at) if order.promised_at else ""


def pickup_window(order: Order, store: Store | None, event: OrderEvent) -> str:
    """The chosen pickup time on the store's clock, as said at the time of the event; empty when none was chosen."""
    if not order.window_start or not order.window_end:
        return ""
    return window_words(order.window_start, order.window_end, _zone(store), event.at)


def _zone(store: Store | None) -> str:
    return store.time_zone if store else "UTC"
