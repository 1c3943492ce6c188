"""What was charged: an invoice for each order that was handed over, a credit for some of what came back."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.demo.customers.companies import Company
from sandbox.demo.orders import Order, cents

_DONE = ("collected", "delivered")


@dataclass
class Bill:
    """An invoice, or with a total below zero a credit. `left` is what nobody has paid or used yet."""

    order: Order
    issued: date
    due: date
    total: Decimal
    left: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.total

    @property
    def number(self) -> str:
        return self.order.number

    def discount(self, paid: date) -> Decimal:
        """What is saved by paying all of it on a day."""
        terms = self.order.company.terms
        if not terms.percent or paid > self.issued + timedelta(days=terms.within):
            return Decimal(0)
        return cents(self.total * terms.percent / 100)


def bills(orders: Iterable[Order]) -> list[Bill]:
    """The invoices of orders, from the oldest to the newest."""
    made = [_bill(order, Decimal(1)) for order in orders if order.status in _DONE]
    return sorted(made, key=lambda bill: (bill.issued, bill.number))


def credits(orders: list[Order], today: date, seed: int) -> Iterator[Order]:
    """Returns: some units of one line of an order, brought back some days later. The demo's company has one of
    three weeks ago."""
    now = datetime.combine(today, time(0), UTC)
    by_company: dict[str, list[Order]] = {}
    for order in orders:
        if order.status in _DONE and order.closed_at is not None:
            by_company.setdefault(order.company.code, []).append(order)
    for code, done in by_company.items():
        source = random.Random(f"{seed}:credits:{code}")
        chosen = [order for order in done if source.random() < 0.012]
        if "demo" in done[0].company.flags:
            old = now - timedelta(days=20)
            chosen = [
                next(o for o in reversed(done) if o.closed_at and o.closed_at < old - timedelta(days=3))
            ]
        for order in chosen:
            at = old if "demo" in order.company.flags else _brought_back(order, source)
            if at < now:
                yield _credit(order, at, source)


def _bill(order: Order, sign: Decimal) -> Bill:
    assert order.closed_at is not None
    issued = order.closed_at.astimezone(ZoneInfo(order.store.time_zone)).date()
    due = order.company.terms.due_on(issued) if sign > 0 else issued
    return Bill(order, issued, due, sign * order.charged)


def credit_bills(orders: Iterable[Order]) -> list[Bill]:
    """The credits of orders that were brought back."""
    return [_bill(order, Decimal(-1)) for order in orders]


def _brought_back(order: Order, source: random.Random) -> datetime:
    assert order.closed_at is not None
    return order.closed_at + timedelta(days=source.randint(2, 12), minutes=source.randint(0, 200))


def _credit(order: Order, at: datetime, source: random.Random) -> Order:
    line = source.choice([line for line in order.lines if line.fulfilled])
    pack = line.variant.pack_size
    units = max(pack, line.fulfilled // 3 // pack * pack)
    back = replace(line, quantity=units, fulfilled=units, state=order.status)
    return replace(
        order,
        lines=[back],
        kind="credit",
        placed_at=at,
        closed_at=at + timedelta(minutes=4),
        ready_at=None,
        promised_at=None,
        window=None,
        pickup_person="",
        number="",
    )


def of_company(all_bills: Iterable[Bill], company: Company) -> list[Bill]:
    """Those of one company."""
    return [bill for bill in all_bills if bill.order.company is company]
