"""Writing whole orders: lines, events, stock, credit, windows, documents and touchpoints of a batch commit together.

Locks are taken in the order in which placement takes them (credit by company, stock by store and variant, pickup
windows, what was bought before), and as late as possible: orders are placed while an import runs.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date
from typing import Any

from psycopg import Connection, errors
from sqlalchemy.orm import Session

from portal.exchange.orders.documents import DocumentWriter
from portal.exchange.orders.history import EVENT_COLUMNS, event_rows, record_completed
from portal.exchange.orders.holds import Refused, book_windows, lock_credit, take_credit, take_stock
from portal.exchange.orders.order import ImportedOrder
from portal.exchange.orders.rows import LINE_COLUMNS, ORDER_COLUMNS, line_rows, order_row
from portal.intake.source import BadFile
from portal.intake.upsert import copy_into, next_ids
from portal.orders.numbers import PREFIX
from portal.touchpoints.interaction import IMPORT, set_interaction

OWN_NUMBER = re.compile(re.escape(PREFIX) + r"([0-9]{1,9})")
# Orders per transaction: of those that block nobody, of those that use credit, and of those that hold stock as well.
BATCH, OWED_BATCH, OPEN_BATCH = 1_000, 250, 50
PARTITION_TRIES = 30

_BOUGHT = """
insert into bought as b (company_id, variant_id, colour_number, times, total_quantity,
                         last_quantity, last_order_id, last_ordered_at)
select company_id, variant_id, colour, count(*), sum(quantity),
       (array_agg(quantity order by placed_at desc, order_id desc))[1],
       (array_agg(order_id order by placed_at desc, order_id desc))[1], max(placed_at)
  from (select o.company_id, l.variant_id, coalesce(l.colour_number, '') as colour, o.id as order_id, o.placed_at,
               sum(l.quantity) as quantity
          from sales_order o join order_line l on l.order_id = o.id
         where o.id = any(%s) and o.kind = 'order' and l.quantity > 0 and l.variant_id is not null
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


class OrderWriter:
    """Writes orders in transactions of its own on one session.

    :param connection: a connection in autocommit, for what must be visible before a batch commits.
    :param unpaid_since: invoices issued on that day or later stay open.
    :param for_good: False when all of it is rolled back: then the log, whose new months lock everybody out, and the
        numbering, which no rollback takes back, are left alone.
    """

    def __init__(
        self,
        session: Session,
        connection: Connection[Any],
        unpaid_since: date | None = None,
        *,
        for_good: bool = True,
    ) -> None:
        self.for_good = for_good
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
        if self.for_good:
            self._make_partitions({order.placed_at.astimezone(UTC).date().replace(day=1) for order in orders})
        refused: Refused = []
        for size in (BATCH, OWED_BATCH, OPEN_BATCH):
            some = [order for order in orders if self._batch_size(order) == size]
            for at in range(0, len(some), size):
                refused += self._write_batch(some[at : at + size])
                self.session.commit()
        return refused

    def _batch_size(self, order: ImportedOrder) -> int:
        """Small where writing it locks rows that orders placed meanwhile need."""
        if order.locks:
            return OPEN_BATCH
        return OWED_BATCH if self.documents.leaves_open(order) else BATCH

    def _write_batch(self, orders: list[ImportedOrder]) -> Refused:
        lock_credit(self.raw, {order.company_id for order in orders if self._uses_credit(order)})
        refused = take_stock(self.raw, orders)
        turned_away = {id(order) for order, _, _ in refused}
        accepted = [order for order in orders if id(order) not in turned_away]
        if accepted:
            take_credit(self.raw, accepted)
            self._write_rows(accepted)
        return refused

    def _uses_credit(self, order: ImportedOrder) -> bool:
        return order.is_open or self.documents.leaves_open(order)

    def _write_rows(self, orders: Sequence[ImportedOrder]) -> None:
        numbered = list(zip(next_ids(self.raw, "sales_order", len(orders)), orders, strict=True))
        copy_into(self.raw, "sales_order", ORDER_COLUMNS, (order_row(i, o) for i, o in numbered))
        copy_into(self.raw, "order_line", LINE_COLUMNS, line_rows(numbered))
        copy_into(self.raw, "order_event", EVENT_COLUMNS, event_rows(numbered))
        book_windows(self.raw, orders)
        self.raw.execute(_BOUGHT, [[i for i, _ in numbered]])
        self.documents.write(self.raw, numbered)
        if self.for_good:
            self._move_sequence(orders)
            for order_id, order in numbered:
                record_completed(self.session, order_id, order)

    def _make_partitions(self, months: set[date]) -> None:
        """The touchpoint log is kept by month; old orders need old months."""
        for month in sorted(months - self._months):
            self._make_partition(month)
        self._months |= months

    def _make_partition(self, month: date) -> None:
        """Creating one needs an exclusive lock on the log, and its waiting blocks everybody behind it: so it gives up
        after a second and tries again."""
        for _ in range(PARTITION_TRIES):
            try:
                with self.connection.transaction():
                    self.connection.execute("set local lock_timeout = '1s'")
                    self.connection.execute("select touchpoint_partition(%s)", [month])
                return
            except errors.LockNotAvailable:
                time.sleep(1)
        raise BadFile(
            "The touchpoint log is in use all the time (an export?), so no month can be added to it. "
            "Start the import again when that has finished."
        )

    def _move_sequence(self, orders: Iterable[ImportedOrder]) -> None:
        """Numbers of the portal's own form, from another Counterpart, must not be assigned again."""
        own = [int(found[1]) for order in orders if (found := OWN_NUMBER.fullmatch(order.number))]
        if own:
            top = max(own)
            self.raw.execute(
                "select setval('order_number_seq', %s) from order_number_seq where last_value < %s",
                [top, top],
            )
