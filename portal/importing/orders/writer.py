"""Writing whole orders: lines, events, stock, credit, windows, documents and touchpoints of a batch commit together.

Locks are taken in the order in which placement takes them (credit by company, stock by store and variant, pickup
windows, what was bought before), and as late as possible: people order while an import runs.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from psycopg import Connection, errors
from sqlalchemy.orm import Session

from portal.importing.files import BadFile
from portal.importing.orders.documents import DocumentWriter
from portal.importing.orders.imported import ImportedOrder
from portal.importing.orders.rows import (
    EVENT_COLUMNS,
    LINE_COLUMNS,
    ORDER_COLUMNS,
    completed,
    event_rows,
    line_rows,
    order_row,
)
from portal.importing.upsert import copy_into
from portal.orders.numbers import PREFIX
from portal.touchpoints.interaction import Interaction, set_interaction
from portal.touchpoints.recording import record

OWN_NUMBER = re.compile(re.escape(PREFIX) + r"([0-9]{1,9})")
IMPORT = Interaction(source="import", channel="import")
# Orders of one transaction: of those that nobody waits for, that use credit, and that hold stock as well.
BATCH, OWED_BATCH, OPEN_BATCH = 1_000, 250, 50
PARTITION_TRIES = 30

_LOCK_CREDIT = "select 1 from credit_account where company_id = any(%s) order by company_id for update"
_TAKE_CREDIT = """
update credit_account c set used_minor = c.used_minor + k.n
  from unnest(%s::bigint[], %s::bigint[]) k(company_id, n) where c.company_id = k.company_id
"""
_LOCK_STOCK = """
select s.store_id, s.variant_id, s.on_hand - s.reserved, s.on_hand
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
_BOUGHT = """
insert into bought as b (company_id, variant_id, colour_number, times, total_quantity,
                         last_quantity, last_order_id, last_ordered_at)
select company_id, variant_id, colour, count(*), sum(quantity),
       (array_agg(quantity order by placed_at desc, order_id desc))[1],
       (array_agg(order_id order by placed_at desc, order_id desc))[1], max(placed_at)
  from (select o.company_id, l.variant_id, coalesce(l.colour_number, '') as colour, o.id as order_id, o.placed_at,
               sum(l.quantity) as quantity
          from sales_order o join order_line l on l.order_id = o.id
         where o.id = any(%s) and o.kind = 'order' and l.quantity > 0
         group by o.company_id, l.variant_id, coalesce(l.colour_number, ''), o.id, o.placed_at) one
 group by company_id, variant_id, colour order by company_id, variant_id, colour
on conflict (company_id, variant_id, colour_number) do update
   set times = b.times + excluded.times, total_quantity = b.total_quantity + excluded.total_quantity,
       (last_quantity, last_order_id, last_ordered_at) =
         (select l.quantity, l.order_id, l.at
            from (values (b.last_quantity, b.last_order_id, b.last_ordered_at),
                         (excluded.last_quantity, excluded.last_order_id, excluded.last_ordered_at))
                 as l(quantity, order_id, at)
           order by l.at desc, l.order_id desc limit 1)
"""

# An order that was not written, the SKU that is short and what the row of the file is told.
Refused = list[tuple[ImportedOrder, str, str]]


class OrderWriter:
    """Writes orders in transactions of its own on one session.

    :param connection: a connection in autocommit, for what must not wait for a batch's commit.
    :param unpaid_since: invoices issued on that day or later stay open.
    """

    def __init__(
        self, session: Session, connection: Connection[Any], unpaid_since: date | None = None
    ) -> None:
        self.session = session
        self.connection = connection
        self.documents = DocumentWriter(unpaid_since)
        self._months: set[date] = set()
        set_interaction(session, IMPORT)

    @property
    def raw(self) -> Connection[Any]:
        """The driver's connection of the session's transaction."""
        found: Connection[Any] = self.session.connection().connection.driver_connection  # type: ignore[assignment]
        return found

    def existing(self, numbers: Sequence[str]) -> set[str]:
        """Which of these numbers are in the database already."""
        rows = self.connection.execute(
            "select number from sales_order where number = any(%s)", [list(numbers)]
        )
        return {number for (number,) in rows}

    def write(self, orders: Sequence[ImportedOrder]) -> Refused:
        """Write and commit new orders; returns those that stock does not allow, with the reason."""
        self._make_partitions({order.placed_at.astimezone(UTC).date().replace(day=1) for order in orders})
        refused: Refused = []
        for size in (BATCH, OWED_BATCH, OPEN_BATCH):
            some = [order for order in orders if self._batch_size(order) == size]
            for at in range(0, len(some), size):
                refused += self._write_batch(some[at : at + size])
                self.session.commit()
        return refused

    def _batch_size(self, order: ImportedOrder) -> int:
        """Small where writing it changes rows that people wait for who order meanwhile."""
        if order.locks:
            return OPEN_BATCH
        return OWED_BATCH if self.documents.leaves_open(order) else BATCH

    def _write_batch(self, orders: list[ImportedOrder]) -> Refused:
        self._lock_credit(orders)
        refused = self._take_stock(orders)
        turned_away = {id(order) for order, _, _ in refused}
        accepted = [order for order in orders if id(order) not in turned_away]
        if not accepted:
            return refused
        self._take_credit(accepted)
        self._move_sequence(accepted)
        numbered = list(zip(self._new_ids(len(accepted)), accepted, strict=True))
        copy_into(self.raw, "sales_order", ORDER_COLUMNS, (order_row(i, o) for i, o in numbered))
        copy_into(self.raw, "order_line", LINE_COLUMNS, line_rows(numbered))
        copy_into(self.raw, "order_event", EVENT_COLUMNS, event_rows(numbered))
        self._book_windows(accepted)
        self.raw.execute(_BOUGHT, [[i for i, _ in numbered]])
        self.documents.write(self.raw, numbered)
        for order_id, order in numbered:
            record(self.session, completed(order_id, order))
        return refused

    def _make_partitions(self, months: set[date]) -> None:
        """The touchpoint log is kept by month; old orders need old months. Making one waits for everybody who
        uses the log, and everybody for it: so it waits for a moment only, and tries again."""
        for month in sorted(months - self._months):
            for _ in range(PARTITION_TRIES):
                try:
                    with self.connection.transaction():
                        self.connection.execute("set local lock_timeout = '1s'")
                        self.connection.execute("select touchpoint_partition(%s)", [month])
                    break
                except errors.LockNotAvailable:
                    time.sleep(1)
            else:
                raise BadFile(
                    "The touchpoint log is in use all the time (an export?), so no month can be added to it. "
                    "Start the import again when that has finished."
                )
        self._months |= months

    def _new_ids(self, count: int) -> list[int]:
        rows = self.raw.execute(
            "select nextval(pg_get_serial_sequence('sales_order', 'id')) from generate_series(1, %s)", [count]
        )
        return [i for (i,) in rows]

    def _lock_credit(self, orders: Iterable[ImportedOrder]) -> None:
        using = (order for order in orders if order.is_open or self.documents.leaves_open(order))
        companies = sorted({order.company_id for order in using})
        if companies:
            self.raw.execute(_LOCK_CREDIT, [companies])

    def _take_credit(self, orders: Iterable[ImportedOrder]) -> None:
        used: dict[int, int] = defaultdict(int)
        for order in orders:
            if order.is_open:
                used[order.company_id] += order.total_minor - order.released_minor
        if used:
            self.raw.execute(_TAKE_CREDIT, [list(used), list(used.values())])

    def _take_stock(self, orders: Iterable[ImportedOrder]) -> Refused:
        wants = [(order, order.stock_wanted()) for order in orders if order.store_id is not None]
        keys = sorted({(order.store_id or 0, variant) for order, wanted in wants for variant in wanted})
        if not keys:
            return []
        found = self.raw.execute(_LOCK_STOCK, [[s for s, _ in keys], [v for _, v in keys]]).fetchall()
        free = {(store, variant): left for store, variant, left, _ in found}
        on_hand = {(store, variant): units for store, variant, _, units in found}
        taken: dict[tuple[int, int], int] = defaultdict(int)
        refused: Refused = []
        for order, wanted in wants:
            mine = {(order.store_id or 0, variant): units for variant, units in wanted.items()}
            short = next((key for key, units in mine.items() if free.get(key, 0) < units), None)
            if short is not None:
                refused.append((order, *self._only(order, short, on_hand.get(short, 0))))
                continue
            for key, units in mine.items():
                free[key] -= units
                taken[key] += units
        self.raw.execute(_TAKE_STOCK, [[s for s, _ in taken], [v for _, v in taken], list(taken.values())])
        return refused

    def _only(self, order: ImportedOrder, short: tuple[int, int], on_hand: int) -> tuple[str, str]:
        row = self.raw.execute("select code from store where id = %s", [short[0]]).fetchone()
        sku = next(line.sku for line in order.lines if line.variant_id == short[1])
        return sku, f"only {on_hand} on hand at {row[0] if row else 'the store'}"

    def _book_windows(self, orders: Iterable[ImportedOrder]) -> None:
        booked: dict[tuple[int, datetime], int] = defaultdict(int)
        for order in orders:
            if order.takes_window and order.store_id is not None and order.window_start is not None:
                booked[order.store_id, order.window_start] += 1
        if booked:
            stores, starts = [s for s, _ in booked], [at for _, at in booked]
            self.raw.execute(_BOOK, [stores, starts, list(booked.values())])

    def _move_sequence(self, orders: Iterable[ImportedOrder]) -> None:
        """Numbers of our own form (from another Counterpart) must not be given out again."""
        own = [int(found[1]) for order in orders if (found := OWN_NUMBER.fullmatch(order.number))]
        if own:
            top = max(own)
            self.raw.execute(
                "select setval('order_number_seq', %s) from order_number_seq where last_value < %s",
                [top, top],
            )
