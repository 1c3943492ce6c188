"""orders.csv with order_lines.csv: staged in the database, then checked and written order by order, in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from portal.exchange.orders.assembly import check_order
from portal.exchange.orders.columns import LINE_COLUMNS, ORDER_COLUMNS
from portal.exchange.orders.order import ImportedOrder
from portal.exchange.orders.writer import BATCH, OrderWriter
from portal.intake.cells import Wrong, code
from portal.intake.source import BadFile
from portal.intake.spec import Intake, Pair
from portal.intake.tables import Row, Table, Tick
from portal.intake.upsert import Written, copy_into

MOST_LINES = 20_000  # of one batch, which is in memory
NEEDS = ("stores", "variants", "companies", "users", "colours", "jobs", "addresses", "exemptions")
_STAGE = """
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
_STRAY_LINES = """
select row_no, raw from stage_line l
 where number = '' or not exists (select from stage_order o where o.number = l.number) order by row_no
"""
_ORDERS_WITHOUT_NUMBER = "select row_no, raw from stage_order where number = '' order by row_no"


class OrderFiles:
    """Imports the pair of files. Orders whose number is there already are left as they are."""

    def __init__(self, intake: Intake, orders: Path, lines: Path) -> None:
        self.intake = intake
        self.connection, self.refs, self.rejects = intake.connection, intake.refs, intake.rejects
        self.orders, self.lines = Table(orders, ORDER_COLUMNS), Table(lines, LINE_COLUMNS)
        self.writer = OrderWriter(intake.session, intake.connection, intake.unpaid_since)

    def load(self) -> Written:
        """Import all orders of the two files."""
        progress = self.intake.progress
        self.refs.load(self.connection, *NEEDS)
        self.connection.execute(_STAGE)
        self._stage(self.orders, "stage_order", "number", progress(self.orders.name, self.orders.size))
        self._stage(self.lines, "stage_line", "order_number", progress(self.lines.name, self.lines.size))
        self.connection.execute(_INDEX)
        total = Written()
        self._reject_strays(total)
        counted = self.connection.execute("select count(distinct number) from stage_order").fetchone()
        tick = progress("writing orders", counted[0] if counted else 0)
        for numbers in self._batches():
            total.plus(self._batch(numbers))
            tick(len(numbers))
        self.connection.execute("drop table stage_order; drop table stage_line")
        return total

    def _stage(self, table: Table, name: str, key: str, tick: Tick) -> None:
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

    def _batches(self) -> Iterator[list[str]]:
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

    def _batch(self, numbers: list[str]) -> Written:
        there = self.writer.existing(numbers)
        new = [number for number in numbers if number not in there]
        orders = self._rows("stage_order", self.orders, new)
        lines = self._rows("stage_line", self.lines, new)
        written = Written(unchanged=len(there))
        checked: dict[str, ImportedOrder] = {}
        for number in new:
            self._reject_repeats(orders[number], written)
            order = check_order(orders[number][0], lines.get(number, []), self.refs, self.intake.now)
            if order is None:
                self._reject(orders[number][0], lines.get(number, []), written)
            else:
                checked[number] = order
        for order, sku, why in self.writer.write(list(checked.values())):
            del checked[order.number]
            for line in lines[order.number]:
                if line.values["sku"] == sku:
                    line.wrong("sku", why)
            self._reject(orders[order.number][0], lines[order.number], written)
        written.added = len(checked)
        return written

    def _rows(self, stage: str, table: Table, numbers: list[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for number, row_no, raw in self.connection.execute(
            f"select number, row_no, raw from {stage} where number = any(%s) order by number, row_no",
            [numbers],
        ):
            found.setdefault(number, []).append(table.parse(row_no, json.loads(raw)))
        return found

    def _reject(self, order: Row, lines: list[Row], written: Written) -> None:
        """An order and its lines are rejected together: each row with its own reasons, or the bad row's number."""
        number = self.orders.field(order.raw, "number")
        culprit = next((line for line in lines if line.reasons), None)
        fault = f"order_lines.csv row {culprit.number}" if culprit else ""
        if order.reasons:
            fault = f"orders.csv row {order.number}"
        because = [f"order {number} has a rejected row ({fault})"]
        self.rejects.add(self.orders, order, order.reasons or because)
        for line in lines:
            self.rejects.add(self.lines, line, line.reasons or because)
        written.rejected += 1

    def _reject_repeats(self, rows: list[Row], written: Written) -> None:
        first, *repeats = rows
        for row in repeats:
            self.rejects.add(self.orders, row, [f"same key as row {first.number}"])
            written.rejected += 1

    def _reject_strays(self, total: Written) -> None:
        """Lines without an order, orders without a number."""
        for row_no, raw in self.connection.execute(_STRAY_LINES):
            row = self.lines.parse(row_no, json.loads(raw))
            self.rejects.add(self.lines, row, row.reasons or ["order_number: no such order"])
            total.rejected += 1
        for row_no, raw in self.connection.execute(_ORDERS_WITHOUT_NUMBER):
            self.rejects.add(self.orders, self.orders.parse(row_no, json.loads(raw)))
            total.rejected += 1


def _load(intake: Intake, orders: Path, lines: Path | None) -> Written:
    if lines is None:
        raise BadFile("order_lines.csv is missing.")
    return OrderFiles(intake, orders, lines).load()


SPECS = (
    Pair(
        order=200,
        file="orders.csv",
        columns=ORDER_COLUMNS,
        parts_file="order_lines.csv",
        parts_columns=LINE_COLUMNS,
        parts_required=True,
        load=_load,
    ),
)
