"""What the board of a store is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.stores.models import Store


@dataclass(frozen=True, slots=True)
class Ticket:
    """An open order on the board; ``to_tint``, ``backordered`` and ``unfilled`` are units of its lines, the last ones
    set aside for it and not there."""

    id: int
    number: str
    status: str
    fulfilment: str
    placed_at: datetime
    promised_at: datetime | None
    ready_at: datetime | None
    window_start: datetime | None
    pickup_person: str
    po_number: str
    line_count: int
    company_name: str
    to_tint: int
    backordered: int
    unfilled: int
    unfilled_words: str

    @property
    def pickup_order(self) -> tuple[bool, datetime, int]:
        """Sorts what is ready: first what is collected first, last what is on the van."""
        return self.status == "out", self.window_start or self.ready_at or self.placed_at, self.id


@dataclass(frozen=True, slots=True)
class Cans:
    """A line in the tint queue. What only the catalogue knows is None for products that left it."""

    number: str
    promised_at: datetime | None
    line_no: int
    sku: str
    name: str
    colour_number: str | None
    colour_name: str | None
    colour_hex: str | None
    size: str | None
    sheen: str | None
    tint_base: str | None
    product_name: str | None
    units: int


@dataclass(frozen=True, slots=True)
class Window:
    """A pickup window of today with its orders: booked, of them still open, of those ready."""

    starts_at: datetime
    booked: int
    capacity: int
    open: int
    ready: int

    @property
    def collected(self) -> int:
        return max(0, self.booked - self.open)


@dataclass(frozen=True)
class Board:
    """A store's open orders by what is to be done next, each list with the most urgent first."""

    store: Store
    stores: Sequence[Store]  # those the person may choose from
    late: list[Ticket]
    to_prepare: list[Ticket]
    picking: list[Ticket]
    ready: list[Ticket]
    waiting: list[Ticket]
    unfilled: list[Ticket]
    cans: list[Cans]
    windows: list[Window]

    @property
    def cans_to_tint(self) -> int:
        return sum(each.units for each in self.cans)
