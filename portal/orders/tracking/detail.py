"""An order as pages show it: its columns, its store's, its lines and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from portal.billing.tax.rules import order_tax_words
from portal.billing.tax.worth import Worth
from portal.orders.parts import cancelled_worth
from portal.orders.status import CANCELLABLE_STATES, OPEN_STATES, is_partly_ready
from portal.orders.tracking.head import OrderHead


@dataclass(frozen=True, slots=True)
class DetailLine:
    """A line as sold, with where its units are. ``tint_base`` is only read for the counter."""

    line_no: int
    sku: str
    name: str
    unit: str
    colour_number: str | None
    colour_name: str | None
    colour_hex: str | None
    quantity: int
    quantity_reserved: int
    quantity_ready: int
    quantity_fulfilled: int
    quantity_backordered: int
    quantity_cancelled: int
    unit_price: Decimal
    total_minor: int
    tax_share: Decimal
    tax_minor: int
    quantity_invoiced: int
    quantity_returned: int
    state: str
    short_reason: str
    price_rule: str
    tint_base: str | None = None


@dataclass(frozen=True, slots=True)
class DetailEvent:
    """Something that happened to the order; ``line_no`` is None when it concerns the whole of it."""

    id: int
    at: datetime
    line_no: int | None
    from_state: str | None
    to_state: str | None
    actor_name: str
    actor_kind: str
    on_behalf_of: str
    text: str


@dataclass(frozen=True)
class OrderDetail(OrderHead):
    """An order, its lines, and what happened to it with the newest first."""

    lines: Sequence[DetailLine]
    events: Sequence[DetailEvent]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES

    @property
    def is_cancellable(self) -> bool:
        """True while the customer may cancel it, or the part of it that is backordered."""
        return self.status in CANCELLABLE_STATES and self.kind == "order"

    @cached_property
    def is_partly_ready(self) -> bool:
        return is_partly_ready(self.status, self.units_ready)

    @cached_property
    def nothing_there(self) -> bool:
        """True if all of it waits for stock, so that nothing is promised."""
        held = sum(line.quantity_reserved + line.quantity_fulfilled for line in self.lines)
        return not held and any(line.quantity_backordered for line in self.lines)

    @cached_property
    def units_ready(self) -> int:
        """Units of all lines that can be collected now."""
        return sum(line.quantity_ready for line in self.lines)

    @cached_property
    def cancelled_minor(self) -> int:
        """What the cancelled units had cost with tax, in minor units."""
        return sum(worth.gross for worth in self._cancelled)

    @property
    def cancelled_tax_minor(self) -> int:
        """The tax in that."""
        return sum(worth.tax for worth in self._cancelled)

    @cached_property
    def _cancelled(self) -> list[Worth]:
        return [
            cancelled_worth(line, line.quantity_cancelled, self.currency)
            for line in self.lines
            if line.quantity_cancelled
        ]

    @property
    def net_minor(self) -> int:
        """What was ordered, before tax."""
        return self.total_minor - self.tax_minor

    @cached_property
    def tax_words(self) -> str:
        """``Sales tax NY 8 %``, or that it is exempt; empty for an order without any."""
        if self.exemption:
            return f"Sales tax {self.tax_region} (exempt)"
        if not self.tax_minor:
            return ""
        shares = {line.tax_share for line in self.lines}
        share = shares.pop() if len(shares) == 1 else Decimal(0)
        return order_tax_words(self.tax_region, share, self.net_minor, self.tax_minor, self.currency)
