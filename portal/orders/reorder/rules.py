"""Reordering a line: what it becomes today, or why it cannot be ordered. Nothing is dropped silently."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.orders.models.drafts import LastTime, LeftOut
from portal.orders.quantities import MAX_QUANTITY, round_up


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line as it was sold. ``colour_number`` is None if the deck no longer has the color; ``colour_was`` is its number
    then."""

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
class CurrentVariant:
    """The variant that is sold today in place of another; the same one unless it was replaced."""

    variant_id: int
    sku: str
    name: str
    pack_size: int
    tintable: bool
    discontinued: bool


@dataclass(frozen=True, slots=True)
class ReorderLine:
    """A line that can be ordered again, with what it was last time."""

    variant_id: int
    quantity: int
    colour_number: str | None
    last_time: LastTime


NO_PRICE = "There is no price for your company. Ask your sales rep."


def reorder_line(
    line: OrderedLine, quantity: int, current: CurrentVariant | None, order_number: str
) -> ReorderLine | str:
    """What a line of an order becomes today, in whole packs; a sentence if it cannot be ordered.

    The color goes along. Whether there is a price is asked afterwards, for the quantity that comes out here.
    """
    if current is None:
        return "It is a fee, a discount, or an item that is not in our catalog. Search for another product."
    if current.discontinued:
        return "No longer made, and there is no replacement."
    rounded = round_up(quantity, current.pack_size)
    if rounded > MAX_QUANTITY:
        return f"More than {MAX_QUANTITY:,} at once. Call us for an order of that size."
    colour = line.colour_number if current.tintable else None
    last_time = _last_time(line, order_number)
    if rounded != quantity:
        last_time |= {"rounded_from": quantity, "rounded_to": rounded}
    if colour is None and line.colour_was:
        last_time |= {"colour_lost": line.colour_name or line.colour_was}
    return ReorderLine(current.variant_id, rounded, colour, last_time)


def _last_time(line: OrderedLine, order_number: str) -> LastTime:
    return LastTime(
        order=order_number,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=str(line.unit_price),
    )


def left_out(line: OrderedLine, quantity: int, reason: str) -> LeftOut:
    """How a draft remembers what could not be taken over."""
    return LeftOut(sku=line.sku, name=line.name, quantity=quantity, reason=reason)
