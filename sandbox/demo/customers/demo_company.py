"""What the demo's own company must have: an order to reorder, one to collect and two in the works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sandbox.demo.customers.baskets import Item
from sandbox.demo.customers.jobs import Job
from sandbox.demo.customers.people import Person
from sandbox.demo.history import Customer, draw_order
from sandbox.demo.live import Board
from sandbox.demo.orders import Order, complete, price_lines, promise
from sandbox.demo.prices import Prices
from sandbox.demo.products import Catalogue, Variant
from sandbox.demo.stores import HOME_STORE
from sandbox.demo.tables import rows

_JOB = "Lakeview two-flat, both units"


def demo_variants(catalogue: Catalogue) -> list[Variant]:
    return [catalogue.by_sku[sku] for sku, *_ in rows("demo_order")]


def short_stock() -> dict[tuple[str, str], int]:
    """What is free to sell of the lines that cannot be had again in full, by store and SKU."""
    return {(HOME_STORE, sku): int(free) for sku, _, _, free in rows("demo_order") if free}


def plenty() -> dict[tuple[str, str], int]:
    """What must be free to sell of the other lines, so that they can be ordered again."""
    return {(HOME_STORE, sku): int(quantity) * 3 for sku, quantity, _, free in rows("demo_order") if not free}


def add_demo_job(who: Customer, today: date) -> Job:
    latest = who.company.jobs[-1]
    job = Job(_JOB, "PO-20417", today - timedelta(days=40), today + timedelta(days=40), latest.colours)
    who.company.jobs.append(job)
    return job


def twenty_lines(who: Customer, prices: Prices, job: Job, today: date) -> Order:
    """Collected twelve days ago; since then prices were renewed, one item ended and two ran short."""
    day = who.opening.next_open_day(today - timedelta(days=12))
    span = who.opening.span(day)
    assert span is not None
    basket = {
        Item(prices.catalogue.by_sku[sku], job.colours.get(slot)): int(quantity)
        for sku, quantity, slot, _ in rows("demo_order")
    }
    placed = span[0] + timedelta(minutes=11, seconds=24)
    order = Order(
        company=who.company,
        store=who.company.store,
        placed_at=placed,
        placed_by=_buyer(who),
        lines=price_lines(who.company, basket, prices, placed),
        po_number=job.po_number,
        job=job.name,
        pickup_person=who.crew[0],
    )
    promise(order, who.opening, who.random)
    complete(order, who.opening, who.random)
    for line in order.lines:
        line.state, line.fulfilled = order.status, line.quantity
    return order


def live_orders(who: Customer, board: Board, prices: Prices) -> Iterator[Order]:
    """One in each state that the buyer may want to see; placed by the buyer, without anybody's help."""
    for stage in ("ready", "picking", "placed"):
        placed = board.placing_time(stage)
        order = draw_order(who, prices, placed)
        while order.fulfilment != "pickup" or order.tinted_lines < 2 or len(order.lines) < 5:
            order = draw_order(who, prices, placed)
        board.bring(order, stage)
        order.placed_by, order.on_behalf_of, order.reason = _buyer(who), None, ""
        yield order


def yearly_restock(who: Customer, prices: Prices, today: date) -> Order:
    """A very long order: once a year the parent company stocks up for all its buildings."""
    day = who.opening.next_open_day(today - timedelta(days=96))
    span = who.opening.span(day)
    assert span is not None
    order = draw_order(who, prices, span[0] + timedelta(hours=2, minutes=7), lines=208)
    order.fulfilment, order.pickup_person = "delivery", ""
    order.address_label = who.company.addresses[0].label
    promise(order, who.opening, who.random)
    complete(order, who.opening, who.random)
    return order


def _buyer(who: Customer) -> Person:
    return who.company.buyers[0]
