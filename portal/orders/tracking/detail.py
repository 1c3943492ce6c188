"""An order as pages show it: its columns, its store's, its lines and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from portal.billing.tax.rules import tax_words
from portal.orders.parts import Worth, cancelled_worth
from portal.orders.status import CANCELLABLE_STATES, OPEN_STATES, is_partly_ready

# An address or a tax certificate as it was when the order was placed: a JSONB column.
AsItWas = dict[str, str | None]


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
class OrderHead:
    """The order's own columns, then its store's (None for imported documents without one), then its company's name."""

    id: int
    number: str
    company_id: int
    kind: str
    status: str
    fulfilment: str
    store_id: int | None
    window_start: datetime | None
    window_end: datetime | None
    delivery_date: date | None
    promised_at: datetime | None
    ready_at: datetime | None
    pickup_code: str | None
    pickup_person: str
    pickup_phone: str
    ship_to: AsItWas | None
    po_number: str
    job_name: str
    note: str
    currency: str
    total_minor: int
    tax_minor: int
    tax_region: str
    exemption: AsItWas | None
    line_count: int
    tint_quantity: int
    on_account: bool
    placed_by_name: str
    subject_name: str
    delegation_id: int | None
    on_behalf_reason: str
    placed_at: datetime
    store_code: str | None
    store_name: str | None
    store_line1: str | None
    store_city: str | None
    store_region: str | None
    store_postcode: str | None
    store_phone: str | None
    store_zone: str | None
    company_name: str


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
        return tax_words(self.tax_region, shares.pop() if len(shares) == 1 else Decimal(0))
