"""What stands on the shelves: by what sells at a store, with gaps, and never less than live orders hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from sandbox.demo.customers.demo_company import plenty, short_stock
from sandbox.demo.orders import Order
from sandbox.demo.products import Catalogue, Variant
from sandbox.demo.stores import Store

_HOLDING = {"placed", "accepted", "picking", "tinting"}
_COVER_WEEKS = 3


def held(orders: Iterable[Order]) -> Counter[tuple[str, str]]:
    """Units that live orders hold, by store and SKU, as docs/data-formats.md counts them."""
    units: Counter[tuple[str, str]] = Counter()
    for order in orders:
        for line in order.lines:
            if line.state in _HOLDING:
                units[order.store.code, line.variant.sku] += line.quantity
            elif line.state == "ready":
                units[order.store.code, line.variant.sku] += line.fulfilled
    return units


def shelves(
    stores: list[Store], catalogue: Catalogue, orders: list[Order], seed: int, today: date
) -> Iterator[tuple[Store, Variant, int]]:
    """Units on hand of each variant at each store."""
    weekly = _weekly_sales(orders, len(stores), today)
    reserved = held(orders)
    least, short = plenty(), short_stock()
    for store in stores:
        source = random.Random(f"{seed}:stock:{store.code}")
        for variant in catalogue.by_sku.values():
            key = (store.code, variant.sku)
            level = _level(variant, weekly[variant.sku] * store.size, store, source, today)
            free = max(level - reserved[key], least.get(key, 0), 0)
            yield store, variant, reserved[key] + short.get(key, free)


def _weekly_sales(orders: list[Order], stores: int, today: date) -> Counter[str]:
    """Units that an average store sells in a week of the last quarter, by SKU; at least one of what sells at all."""
    since = today - timedelta(days=91)
    units: Counter[str] = Counter()
    for order in orders:
        if order.placed_at.date() >= since:
            for line in order.lines:
                units[line.variant.sku] += line.quantity
    return Counter({sku: max(1, round(count / (13 * stores))) for sku, count in units.items()})


def _level(variant: Variant, weekly: float, store: Store, source: random.Random, today: date) -> int:
    chance = source.random()
    if variant.discontinued_on is not None and variant.discontinued_on <= today:
        return source.randint(1, 5) if chance > 0.75 else 0
    if variant.list_price > 900:
        return source.randint(1, 2) if chance < 0.3 * store.size else 0
    if chance < (0.12 if weekly == 0 else 0.04):
        return 0
    usual = _usual(variant) * store.size
    mean = max(weekly * _COVER_WEEKS, usual if weekly else usual / 3)
    return max(1, round(source.gammavariate(4, mean / 4)))


def _usual(variant: Variant) -> float:
    """What a store likes to have there: much white base and cheap small things, few expensive ones."""
    if variant.unit in ("quart", "gallon", "pail", "kit"):
        shelf = {"quart": 8, "gallon": 16, "pail": 9}.get(variant.unit, 4)
        return shelf if variant.base in ("White base", "White") else shelf / 2
    return 20 if variant.list_price < 15 else 8 if variant.list_price < 40 else 3
