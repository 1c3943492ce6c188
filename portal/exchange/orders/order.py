"""An order being imported: checked and ready to be written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from portal.orders.parts import cancelled_worth, first_units
from portal.orders.status import COMPLETE_STATES, IN_WORK, OPEN_STATES


@dataclass
class ImportedLine:
    """One line. ``total_minor`` (net) and its tax are rounded already; ``fulfilled`` as in the file (see
    :func:`held`)."""

    line_no: int
    variant_id: int | None  # None: not in the catalogue, or no goods at all
    sku: str
    name: str
    unit: str
    quantity: int
    unit_price: Decimal
    total_minor: int
    state: str
    fulfilled: int = 0
    colour_number: str | None = None
    colour_name: str | None = None
    colour_hex: str | None = None
    tax_share: Decimal = Decimal(0)
    tax_minor: int = 0

    @property
    def is_gone(self) -> bool:
        """Whether it was handed over, at least in part, and nothing is outstanding."""
        return self.state in COMPLETE_STATES

    @property
    def held(self) -> int:
        """Units that are set aside at the store."""
        return held(self.state, self.quantity, self.fulfilled)

    def quantities(self) -> tuple[int, int, int, int, int]:
        """(reserved, ready, fulfilled, backordered, cancelled); without ready, which is part of reserved, they
        add up to the quantity."""
        reserved = self.held
        ready = reserved if self.state == "ready" else 0
        gone = self.fulfilled if self.state in {"out", "collected", "delivered", "backordered"} else 0
        rest = self.quantity - reserved - gone
        waiting = rest if self.state == "backordered" else 0
        return reserved, ready, gone, waiting, rest - waiting


@dataclass
class ImportedOrder:
    """One order with its lines."""

    number: str
    company_id: int
    status: str
    fulfilment: str
    currency: str
    placed_at: datetime
    lines: list[ImportedLine]
    kind: str = "order"
    store_id: int | None = None  # None: sold without a store, in the system it comes from
    window_start: datetime | None = None
    window_end: datetime | None = None
    promised_at: datetime | None = None
    ready_at: datetime | None = None
    closed_at: datetime | None = None
    pickup_person: str = ""
    ship_to: dict[str, str] | None = None
    po_number: str = ""
    job_id: int | None = None
    job_name: str = ""
    placed_by_id: int | None = None
    placed_by_name: str = ""
    placed_by_kind: str = "system"
    subject_id: int | None = None
    subject_name: str = ""
    reason: str = ""
    # Lines that were entered at another time than the order was placed: time → their numbers.
    entered: dict[datetime, list[int]] = field(default_factory=dict)
    tax_region: str = ""
    exemption: dict[str, str] | None = None
    paid: bool | None = None  # whether its document is settled; None: as the import decides

    @property
    def total_minor(self) -> int:
        """With tax."""
        return sum(line.total_minor for line in self.lines) + self.tax_minor

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is outstanding, so that it is charged."""
        return self.status in COMPLETE_STATES

    @property
    def completed_at(self) -> datetime:
        return self.closed_at or self.placed_at

    def charged(self, line: ImportedLine) -> tuple[int, int]:
        """Net and tax of what was handed over of a line, in minor units."""
        if line.fulfilled == line.quantity:
            return line.total_minor, line.tax_minor
        return first_units(line, line.fulfilled, self.currency)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES

    @property
    def takes_window(self) -> bool:
        """Whether it has a place in a pickup window, which a cancellation would give back."""
        return self.fulfilment == "pickup" and self.window_start is not None and self.status != "cancelled"

    @property
    def locks(self) -> bool:
        """Whether writing it locks rows that orders placed meanwhile need."""
        return self.is_open or self.takes_window

    @property
    def released_minor(self) -> int:
        """What cancelled units of an open order no longer take from the credit limit."""
        if not self.is_open:
            return 0
        return sum(cancelled_worth(line, line.quantities()[4], self.currency).gross for line in self.lines)

    def stock_wanted(self) -> dict[int, int]:
        """Units by variant that it holds at its store."""
        wants: dict[int, int] = defaultdict(int)
        for line in self.lines:
            if line.held and line.variant_id is not None:
                wants[line.variant_id] += line.held
        return dict(wants)


def held(state: str, quantity: int, fulfilled: int) -> int:
    """Units of a line that are set aside at the store: all until it is ready, then what was picked."""
    if state in IN_WORK:
        return quantity
    return fulfilled if state == "ready" else 0
