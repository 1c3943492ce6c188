"""Every line of the file in a temporary table; an invoice with a rejected line is left out whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection

from portal.exchange.orders.states import size_reason
from portal.intake.rejects import Rejects
from portal.intake.tables import Table, Tick
from portal.intake.upsert import copy_into

STAGE = """
create temporary table stage (row_no int, invoice text, sku text, description text, quantity int, at timestamp,
                              price numeric(14,4), customer text, country text)
"""
COLUMNS = ("row_no", "invoice", "sku", "description", "quantity", "at", "price", "customer", "country")


class Stage:
    """Fills the temporary table ``stage``.

    :ivar bad: invoices that are left out, with the reason.
    """

    def __init__(self, connection: Connection[Any], table: Table, rejects: Rejects) -> None:
        self._connection, self._table, self._rejects = connection, table, rejects
        self.bad: dict[str, str] = {}

    def fill(self, tick: Tick) -> None:
        """Read the file; what is left out goes to the rejected rows."""
        self._connection.execute(STAGE)
        copy_into(self._connection, "stage", COLUMNS, self._good_lines(tick))
        self._connection.execute("create index on stage (invoice, row_no); analyze stage")
        self._leave_out_giants()
        if self.bad:
            self._connection.execute("delete from stage where invoice = any(%s)", [list(self.bad)])
            self._reject()

    def _good_lines(self, tick: Tick) -> Iterator[Sequence[Any]]:
        for row in self._table.rows(tick):
            if row.reasons:
                invoice = self._table.field(row.raw, "InvoiceNo")
                self.bad.setdefault(invoice, f"invoice {invoice} has a rejected row (row {row.number})")
            else:
                yield (row.number, *(row.values[name] for name in self._table.columns))

    def _leave_out_giants(self) -> None:
        rows = self._connection.execute(
            "select invoice, sum(abs(quantity)), trunc(sum(abs(quantity * price)) * 100) from stage group by invoice"
        )
        for invoice, units, pence in rows:
            too_large = size_reason([int(units)], [int(pence)])
            if too_large:
                self.bad.setdefault(invoice, f"invoice {invoice}: {too_large}")

    def _reject(self) -> None:
        """Read the file once more for the rows as they stand there."""
        for row in self._table.rows():
            invoice = self._table.field(row.raw, "InvoiceNo")
            if row.reasons or invoice in self.bad:
                self._rejects.add(self._table, row, row.reasons or [self.bad[invoice]])
