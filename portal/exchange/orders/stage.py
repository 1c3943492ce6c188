"""The rows of the two files of orders while they wait in the database to be checked and written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection

from portal.exchange.orders.writer import BATCH
from portal.intake.cells import Wrong, code
from portal.intake.progress import Progress
from portal.intake.tables import Row, Table, Tick
from portal.intake.upsert import copy_into

MOST_LINES = 20_000  # of one batch, which is in memory
_TABLES = """
create temporary table stage_order (number text, row_no int, raw text);
create temporary table stage_line (number text, row_no int, raw text)
"""
_INDEX = """
create index on stage_order (number);
create index on stage_line (number);
analyze stage_order;
analyze stage_line
"""
_NEXT = """
select o.number, (select count(*) from stage_line l where l.number = o.number)
  from (select distinct number from stage_order where number > %s order by number limit %s) o order by 1
"""


class OrderStage:
    """Temporary tables with the orders and the lines, by the number of the order."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def fill(self, orders: Table, lines: Table, progress: Progress) -> None:
        """Copy both files into the tables."""
        self.connection.execute(_TABLES)
        self._copy(orders, "stage_order", "number", progress(orders.name, orders.size))
        self._copy(lines, "stage_line", "order_number", progress(lines.name, lines.size))
        self.connection.execute(_INDEX)

    def count(self) -> int:
        """How many orders there are."""
        counted = self.connection.execute("select count(distinct number) from stage_order").fetchone()
        return counted[0] if counted else 0

    def drop(self) -> None:
        """Drop the tables."""
        self.connection.execute("drop table stage_order; drop table stage_line")

    def _copy(self, table: Table, name: str, key: str, tick: Tick) -> None:
        rows = self._staged(table, key, tick)
        copy_into(self.connection, name, ("number", "row_no", "raw"), rows)

    def _staged(self, table: Table, key: str, tick: Tick) -> Iterator[Sequence[Any]]:
        as_code = code(20)
        for row in table.rows(tick):
            number = table.field(row.raw, key)
            try:
                as_code(number)
            except Wrong:
                number = ""  # belongs to no order; rejected with the strays
            yield number, row.number, json.dumps(row.raw)

    def batches(self) -> Iterator[list[str]]:
        """The numbers of the orders, as many at a time as fit in memory with their lines."""
        last, lines = "", 0
        batch: list[str] = []
        while rows := self.connection.execute(_NEXT, [last, BATCH]).fetchall():
            for number, count in rows:
                if batch and (len(batch) >= BATCH or lines + count > MOST_LINES):
                    yield batch
                    batch, lines = [], 0
                batch.append(number)
                lines += count
            last = rows[-1][0]
        if batch:
            yield batch

    def rows(self, stage: str, table: Table, numbers: list[str]) -> dict[str, list[Row]]:
        """The rows of these orders, checked cell by cell, in the order of the file."""
        found: dict[str, list[Row]] = {}
        for number, row_no, raw in self.connection.execute(
            f"select number, row_no, raw from {stage} where number = any(%s) order by number, row_no",
            [numbers],
        ):
            found.setdefault(number, []).append(table.parse(row_no, json.loads(raw)))
        return found
