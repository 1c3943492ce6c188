"""The facts of an order that its page and its packing slip name."""

from __future__ import annotations

from portal.foundation.money import format_minor
from portal.orders.tracking.detail import OrderDetail
from portal.orders.tracking.head import AsItWas
from portal.orders.tracking.words.progress import pickup_window
from portal.web.filters import day, moment


def shows_code(order: OrderDetail) -> bool:
    """The code is of use while something can still be collected."""
    return bool(order.pickup_code) and order.fulfilment == "pickup" and order.is_open


def spaced(code: str) -> str:
    """``K7P QXA``: easier to read aloud."""
    return f"{code[:3]} {code[3:]}" if len(code) == 6 else code


def ordered_by(order: OrderDetail) -> str:
    """Whom it is for, as they were called then; with the mail address where they are called otherwise now."""
    name = order.subject_name or order.placed_by_name
    return f"{name}, {order.ordered_by_email}" if order.ordered_by_email else name


def about(order: OrderDetail) -> list[tuple[str, str]]:
    """The facts beside an order."""
    behalf = order.delegation_id is not None
    pairs = [
        ("Placed", moment(order.placed_at)),
        ("Ordered by", ordered_by(order)),
        ("Placed by", f"{order.placed_by_name}, our sales rep" if behalf else ""),
        ("Their reason", order.on_behalf_reason if behalf else ""),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Pickup window", pickup_window(order)),
        ("Collected by" if order.status == "collected" else "Who collects", order.pickup_person),
        ("Their phone", order.pickup_phone),
        ("Wanted on", day(order.delivery_date) if order.delivery_date else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def slip_facts(order: OrderDetail) -> list[tuple[str, str]]:
    """What stands at the head of a packing slip."""
    pairs = [
        ("Company", order.company_name),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Placed", moment(order.placed_at)),
        ("Ordered by", order.subject_name or order.placed_by_name),
        ("Who collects", order.pickup_person),
        ("Deliver to", ship_to_words(order.ship_to) if order.fulfilment == "delivery" else ""),
        *amount_facts(order),
        ("Note", order.note),
    ]
    return [(name, value) for name, value in pairs if value]


def amount_facts(order: OrderDetail) -> list[tuple[str, str]]:
    """What the order came to, with its tax where it carries any."""
    owed = order.total_minor - order.cancelled_minor
    pairs = [("Total", format_minor(owed, order.currency))]
    if order.tax_words:
        pairs.insert(
            0, (order.tax_words, format_minor(order.tax_minor - order.cancelled_tax_minor, order.currency))
        )
    return pairs


def sum_rows(order: OrderDetail) -> list[tuple[str, str]]:
    """What the order's total is made of: the goods, their tax, and what has been cancelled of both."""
    currency = order.currency
    rows = [
        ("Ordered", format_minor(order.net_minor if order.tax_words else order.total_minor, currency)),
        (order.tax_words, format_minor(order.tax_minor, currency)),
    ]
    if order.cancelled_minor:
        words = "Cancelled, with tax" if order.tax_minor else "Cancelled"
        rows.append((words, format_minor(-order.cancelled_minor, currency)))
    return [(words, amount) for words, amount in rows if words]


def ship_to_words(address: AsItWas | None) -> str:
    """An address on one line."""
    parts = (address or {}).get
    place = f"{parts('city', '')}, {parts('region', '')} {parts('postcode', '')}".strip(", ")
    return ", ".join(each for each in (parts("recipient"), parts("line1"), parts("line2"), place) if each)
