"""What imported orders reserve: credit, stock and places in pickup windows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from portal.exchange.orders.order import ImportedOrder

_LOCK_CREDIT = "select 1 from credit_account where company_id = any(%s) order by company_id for update"
_TAKE_CREDIT = """
update credit_account c set used_minor = c.used_minor + k.n
  from unnest(%s::bigint[], %s::bigint[]) k(company_id, n) where c.company_id = k.company_id
"""
_LOCK_STOCK = """
select s.store_id, s.variant_id, s.free, s.on_hand
  from stock s join unnest(%s::bigint[], %s::bigint[]) k(store_id, variant_id) using (store_id, variant_id)
 order by s.store_id, s.variant_id for update of s
"""
_TAKE_STOCK = """
update stock s set reserved = s.reserved + k.n
  from unnest(%s::bigint[], %s::bigint[], %s::int[]) k(store_id, variant_id, n)
 where s.store_id = k.store_id and s.variant_id = k.variant_id
"""
# History may have more orders in a window than the store takes today.
_BOOK = """
insert into pickup_slot as p (store_id, starts_at, capacity, booked)
select k.store_id, k.starts_at, greatest(s.window_capacity, k.n), k.n
  from unnest(%s::bigint[], %s::timestamptz[], %s::int[]) k(store_id, starts_at, n) join store s on s.id = k.store_id
 order by k.store_id, k.starts_at
on conflict (store_id, starts_at) do update
   set booked = p.booked + excluded.booked, capacity = greatest(p.capacity, p.booked + excluded.booked)
"""
# An order that was not written, the SKU that is short, and the reason for the row of the file.
Refused = list[tuple[ImportedOrder, str, str]]


def lock_credit(raw: Connection[Any], companies: Collection[int]) -> None:
    """Lock the credit accounts of these companies."""
    if companies:
        raw.execute(_LOCK_CREDIT, [sorted(companies)])


def take_credit(raw: Connection[Any], orders: Iterable[ImportedOrder]) -> None:
    """What open orders use of their companies' credit."""
    used: dict[int, int] = defaultdict(int)
    for order in orders:
        if order.is_open:
            used[order.company_id] += order.total_minor - order.released_minor
    if used:
        raw.execute(_TAKE_CREDIT, [list(used), list(used.values())])


def take_stock(raw: Connection[Any], orders: Iterable[ImportedOrder]) -> Refused:
    """Set aside what the orders hold; returns those for which there is not enough."""
    wants = [(order, order.stock_wanted()) for order in orders if order.store_id is not None]
    keys = sorted({(order.store_id or 0, variant) for order, wanted in wants for variant in wanted})
    if not keys:
        return []
    shelf = _Shelf(raw, keys)
    refused: Refused = []
    for order, wanted in wants:
        mine = {(order.store_id or 0, variant): units for variant, units in wanted.items()}
        short = shelf.take(mine)
        if short is not None:
            sku = next(line.sku for line in order.lines if line.variant_id == short[1])
            refused.append((order, sku, shelf.reason(short)))
    shelf.write()
    return refused


class _Shelf:
    """Locked rows of stock, by store and variant."""

    def __init__(self, raw: Connection[Any], keys: Sequence[tuple[int, int]]) -> None:
        self._raw = raw
        found = raw.execute(_LOCK_STOCK, [[s for s, _ in keys], [v for _, v in keys]]).fetchall()
        self._free = {(store, variant): left for store, variant, left, _ in found}
        self._on_hand = {(store, variant): units for store, variant, _, units in found}
        self._taken: dict[tuple[int, int], int] = defaultdict(int)

    def take(self, wanted: dict[tuple[int, int], int]) -> tuple[int, int] | None:
        """All of it, or nothing: then what is short."""
        for key, units in wanted.items():
            if self._free.get(key, 0) < units:
                return key
        for key, units in wanted.items():
            self._free[key] -= units
            self._taken[key] += units
        return None

    def reason(self, short: tuple[int, int]) -> str:
        """Why an order that holds too much is rejected."""
        row = self._raw.execute("select code from store where id = %s", [short[0]]).fetchone()
        return f"only {max(0, self._on_hand.get(short, 0))} on hand at {row[0] if row else 'the store'}"

    def write(self) -> None:
        """Set aside what was taken."""
        keys = list(self._taken)
        self._raw.execute(
            _TAKE_STOCK, [[s for s, _ in keys], [v for _, v in keys], list(self._taken.values())]
        )


def book_windows(raw: Connection[Any], orders: Iterable[ImportedOrder]) -> None:
    """Take the orders' places in pickup windows."""
    booked: dict[tuple[int, datetime], int] = defaultdict(int)
    for order in orders:
        if order.takes_window and order.store_id is not None and order.window_start is not None:
            booked[order.store_id, order.window_start] += 1
    if booked:
        stores, starts = [s for s, _ in booked], [at for _, at in booked]
        raw.execute(_BOOK, [stores, starts, list(booked.values())])
