"""Why a line of an imported order cannot be as the file says. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portal.intake.tables import Values
from portal.orders.status import CLOSED_STATES, COMPLETE_STATES, IN_WORK

ALLOWED_LINES = {
    "placed": {"placed", "backordered", "cancelled"},
    "accepted": {"accepted", "backordered", "cancelled"},
    "picking": {"accepted", "picking", "tinting", "ready", "backordered", "cancelled"},
    "ready": {"ready", "backordered", "cancelled"},
    "collected": {"collected", "cancelled"},
    "out": {"out", "backordered", "cancelled"},
    "delivered": {"delivered", "cancelled"},
    "cancelled": {"cancelled"},
    "backordered": {"backordered", "collected", "delivered", "cancelled"},
}
UNTOUCHED = {*IN_WORK, "cancelled"}
# More than any order, and little enough that sums of a company's orders stay whole numbers of the database.
MOST_OF_A_LINE = 1_000_000


def line_reasons(v: Values, status: str | None, *, tintable: bool, is_credit: bool = False) -> list[str]:
    """What is wrong with a line of an order in ``status``."""
    reasons = list(_odd_amounts(v, status, is_credit))
    state = v.get("state")
    if status in ALLOWED_LINES and state is not None and state not in ALLOWED_LINES[status]:
        reasons.append(f"state: not possible in an order that is {status}")
    reasons.extend(_fulfilled(v, state))
    if v.get("colour_number") and not tintable:
        reasons.append("colour_number: the product is not tintable")
    if v.get("colour_number") and not v.get("colour_name"):
        reasons.append("colour_name: missing")
    return reasons


def _odd_amounts(v: Values, status: str | None, is_credit: bool) -> Iterator[str]:
    """What is over may have had freight, discounts and returns in it; what a store still has to pick may not."""
    quantity, price = v.get("quantity"), v.get("unit_price")
    if quantity is not None and not 0 < abs(quantity) <= MOST_OF_A_LINE:
        yield f"quantity: not between 1 and {MOST_OF_A_LINE}"
    elif quantity is not None and is_credit and quantity < 0:
        yield "quantity: not possible below zero with a credit"
    elif quantity is not None and status not in CLOSED_STATES and not is_plain(quantity):
        yield f"quantity: not between 1 and {MOST_OF_A_LINE}"
    if price is not None and price < 0 and status not in CLOSED_STATES:
        yield "unit_price: not possible below zero in an open order"


def _fulfilled(v: Values, state: str | None) -> Iterator[str]:
    done, quantity = v.get("quantity_fulfilled"), v.get("quantity")
    if state is None or done is None or not quantity:
        return
    if not is_plain(quantity) and state in COMPLETE_STATES:
        if done != quantity:
            yield f"quantity_fulfilled: not {quantity}"
        return
    low, high = fulfilled_range(state, quantity)
    if not low <= done <= high or done != int(done):
        yield f"quantity_fulfilled: not between {low} and {high}"


def is_plain(quantity: Decimal) -> bool:
    """Whether it is whole units that were handed over, and not parts of one, or what came back."""
    return quantity >= 1 and quantity == int(quantity)


def fulfilled_range(state: str, quantity: int | Decimal) -> tuple[int, int]:
    """Lowest and highest ``quantity_fulfilled`` of a line in ``state``."""
    if state in UNTOUCHED:
        return 0, 0
    if state == "backordered":
        return 0, int(quantity) - 1
    return 1, int(quantity)
