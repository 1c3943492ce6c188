"""The demo has what its visitors are shown: people for each role, a lively company, counters with work on them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.demo.bills import Bill
from sandbox.demo.customers.companies import Company
from sandbox.demo.deck import deck
from sandbox.demo.orders import Order
from sandbox.demo.payments import BOOKS
from sandbox.demo.stock import held
from sandbox.demo.world import World, build

TODAY = date(2026, 11, 22)
BOOKS_BEGIN = TODAY - timedelta(days=BOOKS)
LIVE = {"placed", "accepted", "picking", "ready", "out", "backordered"}
EIGHT = {
    f"{who}@demo.example"
    for who in ["buyer", "owner", "approver", "viewer", "rep", "support", "store", "admin"]
}


@pytest.fixture(scope="module")
def world() -> World:
    return build(TODAY)


@pytest.fixture(scope="module")
def demo(world: World) -> Company:
    return next(company for company in world.companies if "demo" in company.flags)


def orders_of(world: World, company: Company) -> list[Order]:
    return [order for order in world.orders if order.company is company]


def test_size_of_the_whole(world: World) -> None:
    assert len(world.stores) == 25
    assert len({store.region for store in world.stores}) >= 8
    assert len({store.time_zone for store in world.stores}) >= 4
    assert len(world.companies) == 60
    assert len(world.catalogue.products) == 400
    assert 1000 <= len(world.catalogue.by_sku) <= 1300
    assert len(deck()) == 300
    assert 7000 <= len(world.orders) <= 9000
    assert max(len(order.lines) for order in world.orders) >= 200
    assert world.orders[0].placed_at.date() - world.first < timedelta(days=7)


def test_the_eight_demo_people_are_there(world: World, demo: Company) -> None:
    assert world.directory.people.keys() >= EIGHT
    roles = {person.email.split("@")[0]: role for person, role in demo.members}
    assert roles == {"owner": "company_admin", "buyer": "buyer", "approver": "approver", "viewer": "viewer"}
    assert demo.rep is not None
    assert demo.rep.email == "rep@demo.example"
    assert world.directory.people["store@demo.example"].store_code == demo.store.code


def test_the_demo_company_is_lively(world: World, demo: Company) -> None:
    orders = orders_of(world, demo)
    assert len(orders) >= 100
    assert {"placed", "picking", "ready", "collected", "cancelled"} <= {order.status for order in orders}
    assert any(order.on_behalf_of for order in orders)
    assert len(demo.jobs) >= 4
    assert demo.contracts.rows
    assert demo.part_numbers
    assert sum(order.amount for order in orders if order.status in LIVE) < demo.credit_limit / 2


def test_the_order_to_reorder_differs_from_last_time(world: World, demo: Company) -> None:
    """Some of the twenty lines cost more now, one item has a successor in another pack, two run short."""
    order = max(
        (o for o in orders_of(world, demo) if len(o.lines) == 20 and o.status == "collected"),
        key=lambda o: o.placed_at,
    )
    assert order.placed_at > datetime(2026, 11, 8, tzinfo=UTC)
    assert order.placed_by.email == "buyer@demo.example"
    assert all(line.fulfilled == line.quantity for line in order.lines)
    reserved = held(world.orders)
    free = {v.sku: n - reserved[s.code, v.sku] for s, v, n in world.stock if s is demo.store}
    ended = [line for line in order.lines if line.variant.discontinued_on]
    short = [line for line in order.lines if free[line.variant.sku] < line.quantity and line not in ended]
    dearer = [
        line
        for line in order.lines
        if (now := demo.contracts.price(line.variant.sku, line.quantity, TODAY)) and now > line.unit_price
    ]
    successors = [line.variant.replacement for line in ended]
    assert len(successors) == 1
    assert successors[0] is not None
    assert ended[0].quantity % successors[0].pack_size  # the successor comes in bigger packs
    assert len(short) == 2
    assert len(dearer) >= 5


def test_special_customers(world: World) -> None:
    by_flag = {flag: company for company in world.companies for flag in company.flags}
    near = by_flag["near"]
    used = sum(order.total for order in orders_of(world, near) if order.status in LIVE)
    assert not any(
        bill.left for bill in world.bills if bill.order.company is near and bill.issued >= BOOKS_BEGIN
    )
    assert near.credit_limit * 85 / 100 < used <= near.credit_limit
    assert not any(order.status in LIVE for order in orders_of(world, by_flag["hold"]))
    assert sum(1 for company in world.companies if company.parent_code == by_flag["parent"].code) >= 2
    last = max(order.placed_at for order in orders_of(world, by_flag["churned"]))
    assert last.date() < TODAY - timedelta(days=100)
    assert {company.po_mode for company in world.companies} == {"free", "required", "list"}
    assert any(len(person_companies) > 1 for person_companies in companies_by_person(world).values())


def owed(world: World, *companies: Company) -> list[Bill]:
    """What these companies have not paid yet; of all, when none is named."""
    return [
        bill
        for bill in world.bills
        if bill.left and bill.issued >= BOOKS_BEGIN and (not companies or bill.order.company in companies)
    ]


def test_the_demo_company_owes_a_little_of_every_age(world: World, demo: Company) -> None:
    """Enough to choose from when paying, one of each age, one contested; a credit to use and money without invoice."""
    mine = owed(world, demo)
    open_now = [bill for bill in mine if bill.total > 0]
    assert 5 <= len(open_now) <= 8
    assert {age(bill) for bill in open_now} == {0, 1, 2, 3, 4}
    assert len([bill for bill in mine if bill.total < 0]) == 1
    payments = [payment for payment in world.payments if payment.company is demo]
    assert [part.reason for payment in payments for part in payment.parts if part.reason] == ["damaged"]
    assert any(not payment.parts for payment in payments)
    assert sum(bill.left for bill in mine) < demo.credit_limit / 2


def age(bill: Bill) -> int:
    """0 not due yet, 1 for 1-30 days overdue, and so on; 4 for all above 90."""
    days = (TODAY - bill.due).days
    return min((days + 29) // 30, 4) if days > 0 else 0


def test_most_is_paid_and_some_is_late(world: World) -> None:
    charged = [bill for bill in world.bills if bill.total > 0 and bill.issued >= BOOKS_BEGIN]
    ages = Counter(age(bill) for bill in owed(world) if bill.total > 0)
    assert set(ages) == {0, 1, 2, 3, 4}
    assert 0.02 < (sum(ages.values()) - ages[0]) / len(charged) < 0.10
    assert ages[0] > ages[1] > ages[2] > ages[3]
    parts = [part for payment in world.payments for part in payment.parts]
    assert len([part for part in parts if part.reason]) >= 3
    assert len([part for part in parts if part.discount]) >= 100
    assert len([part for part in parts if part.amount < 0]) >= 20
    held = next(company for company in world.companies if "hold" in company.flags)
    assert len([bill for bill in owed(world, held) if age(bill) >= 3]) >= 2
    assert {payment.kind for payment in world.payments} == {"cheque", "transfer"}


def test_tax_differs_by_region_and_some_are_exempt(world: World) -> None:
    assert len({order.tax_percent for order in world.orders}) >= 10
    assert any(order.certificate and not order.tax_percent for order in world.orders)
    assert {"net", "eom"} == {company.terms.kind for company in world.companies}
    assert any(company.terms.percent for company in world.companies)
    assert {company.invoice_per for company in world.companies} == {"shipment", "order"}


def companies_by_person(world: World) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for company in world.companies:
        for person, _ in company.members:
            found.setdefault(person.email, []).append(company.code)
    return found


def test_counters_have_work_in_every_state(world: World, demo: Company) -> None:
    live = [order for order in world.orders if order.status in LIVE]
    assert {order.status for order in live} == LIVE
    for store in world.stores:
        assert len({order.status for order in live if order.store is store}) >= 4, store.code
    here = [order for order in live if order.store is demo.store]
    assert len(here) >= 20
    assert {order.status for order in here} == LIVE
    assert any(line.state == "tinting" for order in here for line in order.lines)
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    late = [
        o for o in here if o.status in ("accepted", "picking") and o.promised_at and o.promised_at < midnight
    ]
    assert late
    soon = [o for o in here if o.promised_at and midnight <= o.promised_at < midnight + timedelta(days=2)]
    assert len(soon) >= 8


def test_history_has_a_summer_and_a_working_week(world: World) -> None:
    past = [order for order in world.orders if order.status not in LIVE]
    months = Counter(order.placed_at.month for order in past)
    assert months[7] > 2 * months[1]
    days = Counter(order.placed_at.weekday() for order in past)
    assert min(days[day] for day in range(5)) > 2 * days[5] > 0
    assert 0.01 < sum(order.status == "cancelled" for order in past) / len(past) < 0.04
    assert 0.04 < sum(order.on_behalf_of is not None for order in past) / len(past) < 0.15
    assert any(line.fulfilled < line.quantity for order in past for line in order.lines if line.fulfilled)


def test_companies_come_back_for_the_same_things(world: World, demo: Company) -> None:
    """Half of what the demo's company ordered in the last year, it ordered five times or more."""
    recent = [
        order for order in orders_of(world, demo) if order.placed_at.date() > TODAY - timedelta(days=365)
    ]
    counts = Counter(line.variant.sku for order in recent for line in order.lines)
    often = sum(count for count in counts.values() if count >= 5)
    assert often / sum(counts.values()) > 0.5


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 7, 6), date(2027, 11, 29), date(2028, 2, 29)])
def test_it_can_play_on_any_day(today: date) -> None:
    world = build(today, seed=3, scale="small")
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    assert all(order.placed_at <= midnight for order in world.orders)
    assert {order.status for order in world.orders} >= LIVE
