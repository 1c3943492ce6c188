"""The invoices of the file as orders, in batches that commit on their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Connection

from portal.exchange.online_retail.catalogue import COUNTER, CURRENCY
from portal.exchange.orders.order import ImportedLine, ImportedOrder
from portal.exchange.orders.writer import BATCH, OrderWriter
from portal.foundation.money import line_total
from portal.intake.lookups import References
from portal.intake.progress import Progress
from portal.intake.upsert import Written

ZONE = "Europe/London"
KINDS = {"C": "credit", "A": "adjustment"}
_INVOICES = "select distinct invoice from stage where invoice > %s order by invoice limit %s"
_LINES = f"""
select invoice, sku, description, quantity, at at time zone '{ZONE}', price, customer
  from stage where invoice = any(%s) order by invoice, row_no
"""


class _Line(NamedTuple):
    invoice: str
    sku: str
    description: str
    quantity: int
    at: datetime
    price: Decimal
    customer: str | None


class Invoices:
    """Writes every invoice that is not there yet.

    :ivar invoices: what became of the invoices; :ivar lines: and of their lines.
    """

    def __init__(self, connection: Connection[Any], refs: References, writer: OrderWriter) -> None:
        self._connection, self._refs, self._writer = connection, refs, writer
        self.invoices, self.lines = Written(), Written()

    def write(self, progress: Progress) -> None:
        """Every invoice with its lines."""
        counted = self._connection.execute("select count(distinct invoice) from stage").fetchone()
        tick = progress("invoices", counted[0] if counted else 0)
        for numbers in self._batches():
            there = self._writer.existing(numbers)
            new = self._read([number for number in numbers if number not in there])
            self._writer.write(new)
            self.invoices.plus(Written(added=len(new), unchanged=len(there)))
            added = sum(len(order.lines) for order in new)
            self.lines.plus(Written(added=added, unchanged=self._count(there)))
            tick(len(numbers))

    def _count(self, numbers: set[str]) -> int:
        row = self._connection.execute(
            "select count(*) from stage where invoice = any(%s)", [list(numbers)]
        ).fetchone()
        return row[0] if row else 0

    def _batches(self) -> Iterator[list[str]]:
        last = ""
        while rows := self._connection.execute(_INVOICES, [last, BATCH]).fetchall():
            last = rows[-1][0]
            yield [invoice for (invoice,) in rows]

    def _read(self, numbers: list[str]) -> list[ImportedOrder]:
        found: dict[str, ImportedOrder] = {}
        for row in self._connection.execute(_LINES, [numbers]):
            line = _Line(*row)
            order = found.get(line.invoice)
            if order is None:
                order = found[line.invoice] = self._order(line)
            order.lines.append(self._line(line, len(order.lines) + 1))
            if line.at != order.placed_at:
                order.entered.setdefault(line.at, []).append(len(order.lines))
        return list(found.values())

    def _order(self, first: _Line) -> ImportedOrder:
        return ImportedOrder(
            number=first.invoice,
            company_id=self._refs["companies"][first.customer or COUNTER].id,
            status="delivered",
            fulfilment="delivery",
            currency=CURRENCY,
            placed_at=first.at,
            closed_at=first.at,
            lines=[],
            kind=KINDS.get(first.invoice[0], "order"),
        )

    def _line(self, line: _Line, line_no: int) -> ImportedLine:
        variant = self._refs["variants"][line.sku]
        return ImportedLine(
            line_no=line_no,
            variant_id=variant.id,
            sku=line.sku,
            name=line.description or variant.name,
            unit=variant.unit,
            quantity=line.quantity,
            unit_price=line.price,
            total_minor=line_total(line.price, line.quantity, CURRENCY),
            state="delivered",
            fulfilled=line.quantity,
        )
