"""Ordering a line again: what it becomes today, or why it cannot be ordered. Nothing is dropped silently."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.orders.quantities import MAX_QUANTITY, round_up


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line as it was sold. ``colour_number`` is None when the deck has the colour no more."""

    line_no: int
    variant_id: int | None
    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    unit: str = "each"
    colour_number: str | None = None
    colour_name: str | None = None
    colour_hex: str | None = None
    colour_was: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The variant that stands in for another today; the same one unless it was replaced."""

    variant_id: int
    sku: str
    name: str
    pack_size: int
    tintable: bool
    discontinued: bool


@dataclass(frozen=True, slots=True)
class Again:
    """A line that can be ordered again, with what it was last time."""

    variant_id: int
    quantity: int
    colour_number: str | None
    last_time: dict[str, Any]


def again(line: Ordered, quantity: int, stands: Standing | None, order_number: str) -> Again | str:
    """What a line of an order becomes today, in whole packs; a sentence when it cannot be ordered.

    The colour goes along. Whether there is a price is asked afterwards, for the quantity that comes out here.
    """
    if stands is None:
        return "It is not in our catalogue any more. Search for another product."
    if stands.discontinued:
        return "No longer made, and there is no replacement."
    rounded = round_up(quantity, stands.pack_size)
    if rounded > MAX_QUANTITY:
        return f"More than {MAX_QUANTITY:,} at once. Call us for an order of that size."
    last_time: dict[str, Any] = {
        "order": order_number,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": str(line.unit_price),
    }
    if rounded != quantity:
        last_time |= {"rounded_from": quantity, "rounded_to": rounded}
    colour = line.colour_number if stands.tintable else None
    if line.colour_was and colour is None:
        last_time["colour_lost"] = line.colour_name or line.colour_was
    return Again(stands.variant_id, rounded, colour, last_time)


NO_PRICE = "There is no price for your company. Ask your sales rep."


def left_out(line: Ordered, quantity: int, reason: str) -> dict[str, Any]:
    """How a draft remembers what could not be taken over."""
    return {"sku": line.sku, "name": line.name, "quantity": quantity, "reason": reason}
