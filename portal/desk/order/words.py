"""What support reads about an order, in words."""

from __future__ import annotations

from portal.desk.order.queries import Contact
from portal.foundation.money import format_minor
from portal.orders.promise import when_words
from portal.orders.tracking.detail import OrderDetail
from portal.orders.tracking.words.details import ordered_by, ship_to_words
from portal.orders.tracking.words.progress import pickup_window, zone_of
from portal.web.filters import day, moment
from portal.web.transaction import now


def masked(code: str | None) -> str:
    """``K7••••``: enough to check what a caller reads out, too little to collect with."""
    return code[:2] + "•" * (len(code) - 2) if code else ""


def promised(order: OrderDetail) -> str:
    """The pickup window, or the time by which it is promised; empty for neither."""
    if order.is_open and order.nothing_there:
        return "when it has come in"
    if order.promised_at is None:
        return ""
    return pickup_window(order) or when_words(order.promised_at, zone_of(order), now())


def facts(order: OrderDetail) -> list[tuple[str, str]]:
    """The facts beside the order."""
    behalf = order.delegation_id is not None
    pairs = [
        ("Placed", moment(order.placed_at)),
        ("Ordered by", ordered_by(order)),
        ("Placed by", f"{order.placed_by_name} (sales rep)" if behalf else ""),
        ("Reason given", order.on_behalf_reason if behalf else ""),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Store", order.store_name or ""),
        ("Store's phone", order.store_phone or ""),
        ("Deliver to", ship_to_words(order.ship_to) if order.fulfilment == "delivery" else ""),
        ("Wanted on", day(order.delivery_date) if order.delivery_date else ""),
        ("Who collects", order.pickup_person),
        ("Their phone", order.pickup_phone),
        (order.tax_words, format_minor(order.tax_minor, order.currency) if order.tax_words else ""),
        ("Note", order.note),
    ]
    return [(name, value) for name, value in pairs if value]


def credit_words(contact: Contact) -> str:
    """What is left of the credit limit; empty without a credit account."""
    if contact.limit_minor is None or contact.used_minor is None or contact.currency is None:
        return ""
    left = format_minor(max(0, contact.limit_minor - contact.used_minor), contact.currency)
    words = f"{left} of {format_minor(contact.limit_minor, contact.currency)} left"
    return f"On hold. {words}" if contact.on_hold else words
