"""An order of the demo, and how it is promised, prepared and closed in the hours of its store."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.demo.customers.baskets import Item
from sandbox.demo.customers.companies import Company
from sandbox.demo.customers.jobs import Job
from sandbox.demo.customers.people import Person
from sandbox.demo.deck import Colour
from sandbox.demo.opening import Opening
from sandbox.demo.prices import Prices
from sandbox.demo.products import Variant
from sandbox.demo.stores import Store


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to whole cents."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass
class Line:
    variant: Variant
    colour: Colour | None
    quantity: int
    unit_price: Decimal
    state: str = "placed"
    fulfilled: int = 0


@dataclass
class Order:
    company: Company
    store: Store
    placed_at: datetime
    placed_by: Person
    lines: list[Line]
    fulfilment: str = "pickup"
    status: str = "placed"
    on_behalf_of: Person | None = None
    reason: str = ""
    po_number: str = ""
    job: str = ""
    window: tuple[datetime, datetime] | None = None
    promised_at: datetime | None = None
    ready_at: datetime | None = None
    closed_at: datetime | None = None
    pickup_person: str = ""
    address_label: str = ""
    number: str = field(default="", compare=False)
    kind: str = "order"
    tax_region: str = ""
    tax_percent: Decimal = Decimal(0)
    certificate: str = ""

    @property
    def tinted_lines(self) -> int:
        return sum(1 for line in self.lines if line.colour is not None)

    @property
    def amount(self) -> Decimal:
        """Before tax."""
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """With tax, each line rounded separately."""
        return sum((self._gross(line, line.quantity) for line in self.lines), Decimal(0))

    @property
    def charged(self) -> Decimal:
        """What was handed over, with tax."""
        return sum((self._gross(line, line.fulfilled) for line in self.lines), Decimal(0))

    def _gross(self, line: Line, units: int) -> Decimal:
        net = cents(line.unit_price * units)
        return net + cents(net * self.tax_percent / 100)


def price_lines(company: Company, basket: dict[Item, int], prices: Prices, placed: datetime) -> list[Line]:
    """Lines with the prices of the day: the company's contract where it has one, else its price list."""
    day = placed.date()
    lines = []
    for item, wanted in basket.items():
        pack = item.variant.pack_size
        quantity = -(-wanted // pack) * pack
        price = company.contracts.price(item.variant.sku, quantity, day)
        if price is None:
            price = prices.list_price(company.tier, item.variant, quantity, day)
        lines.append(Line(item.variant, item.colour, quantity, price))
    return lines


def name_job(order: Order, job: Job, source: random.Random) -> None:
    """PO number and job as the company's rules ask for them; where they ask for none, as people do it."""
    mode = order.company.po_mode
    if mode != "free" or source.random() < 0.65:
        order.job = job.name
        order.po_number = job.po_number
    if mode == "required" and not order.po_number:
        order.po_number = f"PO-{source.randint(10_000, 99_999)}"


def promise(order: Order, opening: Opening, source: random.Random) -> None:
    """When it will be ready: lead time and tinting in open hours; a window for most pickups."""
    store = order.store
    ready = opening.after(order.placed_at, store.lead_minutes + store.tint_minutes * order.tinted_lines)
    if order.fulfilment == "delivery":
        day = opening.next_open_day(opening.local_day(ready) + timedelta(days=1))
        span = opening.span(day)
        assert span is not None
        order.promised_at = min(opening.at_local(day, time(16, 0)), span[1])
    elif source.random() < 0.6:
        order.window = opening.window(ready)
        order.promised_at = order.window[0]
    else:
        order.promised_at = ready


def complete(order: Order, opening: Opening, source: random.Random) -> None:
    """Prepare and hand over in full, or nearly so: some are late, a few lines are picked short."""
    assert order.promised_at is not None
    ready = order.promised_at - timedelta(minutes=source.uniform(2, 35))
    if source.random() < 0.12:
        ready = opening.after(order.promised_at, source.uniform(5, 180))
    order.ready_at = max(opening.after(ready, 0), order.placed_at + timedelta(minutes=9))
    if order.fulfilment == "pickup":
        wait = source.expovariate(1 / 70) if source.random() < 0.85 else source.uniform(300, 1500)
        order.closed_at = opening.after(order.ready_at, wait + 1)
        order.status = "collected"
    else:
        order.closed_at = opening.after(order.ready_at, source.uniform(45, 300))
        order.status = "delivered"
    for line in order.lines:
        line.state, line.fulfilled = order.status, line.quantity
    if source.random() < 0.035:
        _pick_short(order, source)


def cancel(order: Order, source: random.Random) -> None:
    order.status = "cancelled"
    order.closed_at = order.placed_at + timedelta(minutes=source.uniform(4, 110))
    for line in order.lines:
        line.state = "cancelled"


def _pick_short(order: Order, source: random.Random) -> None:
    line = source.choice(order.lines)
    if line.quantity > 1:
        line.fulfilled = source.randint(1, line.quantity - 1)
    elif len(order.lines) > 1:
        line.state, line.fulfilled = "cancelled", 0
