"""Two years of orders: each company buys in its own rhythm, more in summer, hardly ever at weekends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sandbox.demo.customers.baskets import Habits
from sandbox.demo.customers.companies import Company
from sandbox.demo.customers.jobs import running
from sandbox.demo.customers.people import Person, name_list
from sandbox.demo.opening import Opening
from sandbox.demo.orders import Order, cancel, complete, name_job, price_lines, promise
from sandbox.demo.prices import Prices
from sandbox.demo.tables import rows

_MONTHS = (0.55, 0.6, 0.8, 1.0, 1.25, 1.4, 1.4, 1.3, 1.15, 1.0, 0.75, 0.5)
_SCHOOL_MONTHS = (0.5, 0.5, 0.6, 0.7, 1.0, 2.6, 2.8, 1.9, 0.7, 0.6, 0.6, 0.6)
_WEEKDAYS = (1.0, 1.0, 0.92, 0.92, 0.85, 0.28, 0.06)
_REGULARITY = 4  # shape of the gamma distributed gaps; 1 would be pure chance
_MONTH = timedelta(days=30)


@dataclass
class Customer:
    """A company with everything that its orders depend on."""

    company: Company
    habits: Habits
    opening: Opening
    random: random.Random
    crew: tuple[str, ...]


def customer(company: Company, habits: Habits, opening: Opening, seed: int) -> Customer:
    source = random.Random(f"{seed}:orders:{company.code}")
    crew = tuple(
        f"{source.choice(name_list('given'))} {source.choice(name_list('family'))}" for _ in range(3)
    )
    return Customer(company, habits, opening, source, crew)


def past_orders(who: Customer, prices: Prices, first: date, today: date, stretch: float) -> Iterator[Order]:
    """Closed orders from `first` on. What would still be open at the end is left to the live orders."""
    company, source = who.company, who.random
    begin, end = _lifetime(company, first, today)
    now = datetime.combine(today, time(0), UTC)
    mean = company.interval * (1.0 if "demo" in company.flags else stretch)
    moment = float(begin.toordinal()) + source.random() * mean
    while True:
        day = date.fromordinal(int(moment))
        pace = _pace(company, day, today)
        moment += source.gammavariate(_REGULARITY, mean / pace / _REGULARITY)
        day = _working_day(who, day)
        if day >= end:
            return
        order = draw_order(who, prices, _moment_of_day(who, day))
        promise(order, who.opening, source)
        if source.random() < 0.022:
            cancel(order, source)
        else:
            complete(order, who.opening, source)
        if order.closed_at is not None and order.closed_at < now:
            yield order


def draw_order(who: Customer, prices: Prices, placed: datetime, *, lines: int | None = None) -> Order:
    """One order as this company would place it at that moment, open and not yet promised."""
    company, source = who.company, who.random
    day = who.opening.local_day(placed)
    job = source.choice(running(company.jobs, day))
    basket = who.habits.basket(job, day, lines=lines)
    order = Order(
        company=company,
        store=company.store,
        placed_at=placed,
        placed_by=_buyer(company, source),
        lines=price_lines(company, basket, prices, placed),
    )
    _placed_by_us(order, who)
    name_job(order, job, source)
    if source.random() < (0.5 if sum(line.quantity for line in order.lines) > 40 else 0.14):
        order.fulfilment = "delivery"
        order.address_label = source.choice(company.addresses).label
    elif source.random() < 0.3:
        order.pickup_person = source.choice(who.crew)
    return order


def _placed_by_us(order: Order, who: Customer) -> None:
    """Now and then the rep places it for the person who would have done it."""
    company, source = order.company, who.random
    if not company.consents or company.rep is None or source.random() > 0.1:
        return
    order.on_behalf_of = order.placed_by
    order.placed_by = company.rep
    order.reason = source.choice([text for kind, text in rows("reasons") if kind == "rep"])


def _buyer(company: Company, source: random.Random) -> Person:
    """The first buyer places most of the orders."""
    buyers = company.buyers
    return source.choices(buyers, [6 / (rank + 1) ** 1.5 for rank in range(len(buyers))])[0]


def _lifetime(company: Company, first: date, today: date) -> tuple[date, date]:
    if "new" in company.flags:
        first = max(first, today - int(company.flags["new"]) * _MONTH)
    if "churned" in company.flags:
        return first, today - int(company.flags["churned"]) * _MONTH
    if "hold" in company.flags:
        return first, today - timedelta(days=17)
    return first, today


def _pace(company: Company, day: date, today: date) -> float:
    months = _SCHOOL_MONTHS if "School" in company.name else _MONTHS
    pace = months[day.month - 1]
    if "drifting" in company.flags:
        # From nine months ago on, the gaps grow to four times their length.
        gone = max(0.0, 1 - (today - day).days / 270)
        pace /= 1 + 3 * gone
    return pace


def _working_day(who: Customer, day: date) -> date:
    while who.opening.span(day) is None or who.random.random() > _WEEKDAYS[day.weekday()]:
        day += timedelta(days=1)
    return day


def _moment_of_day(who: Customer, day: date) -> datetime:
    """Before the crews leave, around noon, or any time while the store is open."""
    span = who.opening.span(day)
    assert span is not None
    length = (span[1] - span[0]).total_seconds() / 60 - 20
    chance = who.random.random()
    if chance < 0.45:
        minutes = who.random.triangular(0, 110, 20)
    elif chance < 0.65:
        minutes = who.random.triangular(270, 400, 330)
    else:
        minutes = who.random.uniform(30, length)
    return span[0] + timedelta(seconds=round(min(minutes, length) * 60))
