"""orders.csv with order_lines.csv: staged in the database, then checked and written order by order, in batches."""

from __future__ import annotations

import json
from pathlib import Path

from portal.exchange.orders.assembly import check_order
from portal.exchange.orders.columns import LINE_COLUMNS, ORDER_COLUMNS
from portal.exchange.orders.order import ImportedOrder
from portal.exchange.orders.stage import OrderStage
from portal.exchange.orders.writer import OrderWriter
from portal.intake.source import BadFile
from portal.intake.spec import Intake, Pair
from portal.intake.tables import Row, Table
from portal.intake.upsert import Written

NEEDS = (
    "stores",
    "variants",
    "companies",
    "users",
    "colours",
    "jobs",
    "addresses",
    "exemptions",
    "tax_rounding",
)
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
        self.orders = Table(orders, ORDER_COLUMNS, intake.reading)
        self.lines = Table(lines, LINE_COLUMNS, intake.reading)
        self.stage = OrderStage(intake.connection)
        self.writer = OrderWriter(
            intake.session, intake.connection, intake.unpaid_since, for_good=intake.for_good
        )

    def load(self) -> Written:
        """Import all orders of the two files."""
        progress = self.intake.progress
        self.refs.load(self.connection, *NEEDS)
        self.stage.fill(self.orders, self.lines, progress)
        total = self.intake.report.begin("orders.csv")
        self._reject_strays(total)
        tick = progress("writing orders", self.stage.count())
        for numbers in self.stage.batches():
            total.plus(self._batch(numbers))
            tick(len(numbers))
        self.stage.drop()
        return total

    def _staged(self, numbers: list[str]) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
        """The rows of orders, and of their lines, by number."""
        return (
            self.stage.rows("stage_order", self.orders, numbers),
            self.stage.rows("stage_line", self.lines, numbers),
        )

    def _batch(self, numbers: list[str]) -> Written:
        there = self.writer.existing(numbers)
        new = [number for number in numbers if number not in there]
        orders, lines = self._staged(new)
        written = Written(unchanged=len(there))
        checked: dict[str, ImportedOrder] = {}
        for number in new:
            first, with_it = orders[number][0], lines.get(number, [])
            self._reject_repeats(orders[number], written)
            if order := check_order(first, with_it, self.refs, self.intake.now):
                checked[number] = order
            else:
                self._reject(first, with_it, written)
        for order, sku, why in self.writer.write(list(checked.values())):
            del checked[order.number]
            _mark(lines[order.number], sku, why)
            self._reject(orders[order.number][0], lines[order.number], written)
        written.added = len(checked)
        self.intake.report.as_text += sum(_lines_as_text(order) for order in checked.values())
        return written

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


def _mark(lines: list[Row], sku: str, why: str) -> None:
    for line in lines:
        if line.values["sku"] == sku:
            line.wrong("sku", why)


def _lines_as_text(order: ImportedOrder) -> int:
    return sum(line.variant_id is None and line.sku != "" for line in order.lines)
