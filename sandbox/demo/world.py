"""The whole demo on one day: who there is, what they have agreed and what they have ordered."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from sandbox.demo import payments
from sandbox.demo.bills import Bill, bills, credit_bills, credits, of_company
from sandbox.demo.customers import demo_company
from sandbox.demo.customers.baskets import Habits
from sandbox.demo.customers.companies import Company, found, plan_all_jobs, staff_companies
from sandbox.demo.customers.contracts import agree
from sandbox.demo.customers.people import Directory, Staff, hire
from sandbox.demo.customers.taxes import tax
from sandbox.demo.history import Customer, customer, past_orders
from sandbox.demo.live import Board
from sandbox.demo.opening import Opening
from sandbox.demo.orders import Order
from sandbox.demo.payments import BOOKS, Payment
from sandbox.demo.prices import Prices
from sandbox.demo.products import Catalogue, Variant
from sandbox.demo.stock import shelves
from sandbox.demo.stores import Store, all_stores

_FIRST_NUMBER = 100_001
_FIRST_CREDIT = 30_001
_CLOSED = {"collected", "delivered", "cancelled"}


@dataclass(frozen=True)
class Scale:
    days: int  # length of the history
    orders: int  # about how many in it
    companies: frozenset[str] | None  # names, or all


SCALES = {
    "full": Scale(days=731, orders=8000, companies=None),
    "small": Scale(
        days=400,
        orders=650,
        companies=frozenset(
            {
                "Okafor & Daughters Painting, LLC",
                "Wójcik Brothers Decorating",
                "Lakeshore Ledger Property Services",
                "Prairie Box Commercial Painting, Inc.",
                "Evanston Township Facilities Cooperative",
                "Bright Ladder Painting",
                "Harper Lane Homes",
                "Greystone Walk-Up Management",
                "Lindqvist Painting & Papering",
                "Delray Industrial Maintenance",
                "Ironbound Realty Holdings",
                "Ironbound Realty Columbus",
            }
        ),
    ),
}


@dataclass
class World:
    today: date
    first: date
    stores: list[Store]
    catalogue: Catalogue
    prices: Prices
    directory: Directory
    staff: Staff
    companies: list[Company]
    orders: list[Order]
    stock: list[tuple[Store, Variant, int]]
    credits: list[Order]
    bills: list[Bill]
    payments: list[Payment]


def build(today: date, seed: int = 1, scale: str = "full") -> World:
    """Everything there is in the demo. Orders are sorted and numbered by the time of placing."""
    size = SCALES[scale]
    first = today - timedelta(days=size.days)
    catalogue = Catalogue(today)
    prices = Prices(catalogue, today)
    by_code = {store.code: store for store in all_stores()}
    companies = found(seed, by_code, size.companies)
    used = {company.store.code for company in companies} | {s.code for s in all_stores() if s.area == "CHI"}
    stores = [store for store in all_stores() if store.code in used]
    directory = Directory(seed)
    staff = hire(directory, stores, reps=6 if scale == "full" else 3)
    staff_companies(companies, directory, staff)
    plan_all_jobs(companies, seed, first, today)
    # Holidays a little around the history: jobs begin before it, promises end after it.
    openings = {s.code: Opening(s, first - timedelta(days=60), today + timedelta(days=400)) for s in stores}
    customers = [_enter(c, catalogue, prices, openings, seed, today) for c in companies]
    orders = _all_orders(customers, stores, openings, prices, seed, size, today)
    _number(orders, "CP-", _FIRST_NUMBER)
    tax(orders, companies, today)
    back = list(credits(orders, today, seed))
    _number(back, "CR-", _FIRST_CREDIT)
    charged, credited = bills(orders), credit_bills(back)
    came = _all_payments(companies, charged, credited, today, seed)
    _set_limits(companies, orders, charged, today)
    stock = list(shelves(stores, catalogue, orders, seed, today))
    people = (directory, staff, companies)
    return World(
        today, first, stores, catalogue, prices, *people, orders, stock, back, [*charged, *credited], came
    )


def _all_payments(
    companies: list[Company], charged: list[Bill], credited: list[Bill], today: date, seed: int
) -> list[Payment]:
    since = today - timedelta(days=BOOKS)
    came: list[Payment] = []
    for company in companies:
        mine = [bill for bill in of_company(charged, company) if bill.issued >= since]
        back = [bill for bill in of_company(credited, company) if bill.issued >= since]
        came += payments.pay(company, mine, back, today, seed)
    payments.number(came)
    return came


def _enter(
    company: Company,
    catalogue: Catalogue,
    prices: Prices,
    openings: dict[str, Opening],
    seed: int,
    today: date,
) -> Customer:
    source = random.Random(f"{seed}:habits:{company.code}")
    habits = Habits(company.kind, catalogue, source, curated="demo" in company.flags)
    agree(company, habits, prices, catalogue, seed, today)
    return customer(company, habits, openings[company.store.code], seed)


def _all_orders(
    customers: list[Customer],
    stores: list[Store],
    openings: dict[str, Opening],
    prices: Prices,
    seed: int,
    size: Scale,
    today: date,
) -> list[Order]:
    first = today - timedelta(days=size.days)
    expected = sum(size.days / who.company.interval for who in customers) * 0.95
    stretch = expected / size.orders
    orders: list[Order] = []
    for who in customers:
        orders += past_orders(who, prices, first, today, stretch)
        if "demo" in who.company.flags:
            job = demo_company.add_demo_job(who, today)
            orders.append(demo_company.twenty_lines(who, prices, job, today))
        if "parent" in who.company.flags:
            orders.append(demo_company.yearly_restock(who, prices, today))
    for store in stores:
        board = Board(store, openings[store.code], today, seed)
        near = [who for who in customers if who.company.store.area == store.area and _active(who.company)]
        near.sort(key=lambda who: who.company.store is not store)
        demo = [who for who in near if "demo" in who.company.flags and who.company.store is store]
        for who in demo:
            orders += demo_company.live_orders(who, board, prices)
        orders += board.orders([who for who in near if who not in demo], prices)
    return orders


def _active(company: Company) -> bool:
    return not {"hold", "churned"} & company.flags.keys()


def _number(orders: list[Order], prefix: str, first: int) -> None:
    orders.sort(key=lambda order: (order.placed_at, order.company.code))
    for number, order in enumerate(orders, start=first):
        order.number = f"{prefix}{number}"


def _set_limits(companies: list[Company], orders: list[Order], charged: list[Bill], today: date) -> None:
    """Credit limits with room for two months of orders beside what is owed; one company has almost used up its
    limit."""
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for bill in charged:
        if bill.issued >= today - timedelta(days=BOOKS):
            owed[bill.order.company.code] += bill.left
    open_now: dict[str, Decimal] = defaultdict(Decimal)
    lately: dict[str, Decimal] = defaultdict(Decimal)
    for order in orders:
        if order.status not in _CLOSED:
            open_now[order.company.code] += order.total
        elif order.placed_at.date() >= today - timedelta(days=60) and order.status != "cancelled":
            lately[order.company.code] += order.total
    for company in companies:
        code = company.code
        if "near" in company.flags:
            company.credit_limit = _up((open_now[code] + owed[code]) * Decimal("1.03"), 100)
        elif "hold" in company.flags:
            company.credit_limit = Decimal(15_000)
        else:
            room = 2 * open_now[code] + lately[code] + owed[code]
            # Visitors of the demo order on its own company's account, again and again.
            company.credit_limit = _up(max(room, Decimal(5000)), 2500) * (2 if "demo" in company.flags else 1)


def _up(amount: Decimal, step: int) -> Decimal:
    return (amount / step).to_integral_value(ROUND_CEILING) * step
