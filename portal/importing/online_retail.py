"""The preset ``online-retail``: the order lines of a UK wholesaler 2010–2011 (UCI "Online Retail") as they are.

One file with InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice (GBP), CustomerID, Country.
Invoices whose number begins with C are credits, with A adjustments; lines without a customer belong to one
"counter sales" account. Nothing is left out: negative quantities, zero prices and exact repeats are lines, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from psycopg import Connection
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.foundation.money import line_total
from portal.importing import cells
from portal.importing.bought import refresh_bought
from portal.importing.files import Column, Rejects, Table
from portal.importing.order_writer import ImportedLine, ImportedOrder, OrderWriter
from portal.importing.references import References
from portal.importing.run import Progress, Report, import_connections, quiet
from portal.importing.specs import BEGINNING
from portal.importing.upsert import Written, copy_into, upsert

BATCH = 1_000
CURRENCY = "GBP"
PRICE_LIST = "WHOLESALE"
COUNTER = "COUNTER-SALES"
KINDS = {"C": "credit", "A": "adjustment"}
SIGNED_PRICE = re.compile(r"^-?\d{1,10}(\.\d{1,4})?$")
LOCAL_TIME = re.compile(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$")
STAGE_COLUMNS = ("row_no", "invoice", "sku", "description", "quantity", "at", "price", "customer", "country")


def _signed_price(raw: str) -> Decimal:
    try:
        if SIGNED_PRICE.match(raw):
            return Decimal(raw)
    except InvalidOperation:
        pass
    raise cells.Wrong("not a price")


def _local_time(raw: str) -> str:
    if not LOCAL_TIME.match(raw):
        raise cells.Wrong("not a time like 2010-12-01 08:26:00")
    try:
        datetime.fromisoformat(raw)
    except ValueError:
        raise cells.Wrong("not a time like 2010-12-01 08:26:00") from None
    return raw


COLUMNS = (
    Column("InvoiceNo", cells.code(20), True),
    Column("StockCode", cells.text(40), True),
    Column("Description", cells.text(200), default=""),
    Column("Quantity", cells.integer(-10_000_000, 10_000_000), True),
    Column("InvoiceDate", _local_time, True),
    Column("UnitPrice", _signed_price, True),
    Column("CustomerID", cells.code(20)),
    Column("Country", cells.text(80), default=""),
)


def import_online_retail(
    engine: Engine, path: Path, *, credit_limit: Decimal = Decimal(0), progress: Progress = quiet
) -> Report:
    """Import the file; a second run changes nothing, a run after a kill goes on where it was.

    :param credit_limit: limit in GBP for every company that is new (the file knows none).
    :raises BadFile: when it is not that file.
    """
    table = Table(path, COLUMNS)
    rejects = Rejects(path.parent) if (path.parent / "rejected").is_dir() else None
    report = Report()
    with import_connections(engine) as (connection, session):
        run = _Run(connection, session, table, path.parent, rejects, report)
        run.stage(progress(table.name))
        run.catalogue()
        run.companies(credit_limit)
        run.orders(progress("invoices"))
        connection.execute("analyze")
    if run.rejects is not None:
        run.rejects.close()
        report.rejected_folder = run.rejects.folder if run.rejects.counts else None
    return report


class _Run:
    def __init__(
        self,
        connection: Connection[Any],
        session: Session,
        table: Table,
        folder: Path,
        rejects: Rejects | None,
        report: Report,
    ) -> None:
        self.connection, self.session, self.table = connection, session, table
        self.folder, self.rejects, self.report = folder, rejects, report
        self.refs = References()
        self.writer = OrderWriter(session, connection)

    def stage(self, tick: Any) -> None:
        """Parse every line into a temporary table; an invoice with a bad line is left out whole."""
        self.connection.execute(
            "create temporary table stage (row_no int, invoice text, sku text, description text, quantity int, "
            "at timestamp, price numeric(14,4), customer text, country text);"
            "create temporary table stage_bad (invoice text, row_no int)"
        )
        self.bad: dict[str, int] = {}
        self.lines_rejected = 0
        copy_into(self.connection, "stage", STAGE_COLUMNS, self._good_lines(tick))
        self.connection.execute("create index on stage (invoice, row_no); analyze stage")
        if self.bad:
            self._reject_rest_of_invoices()

    def _good_lines(self, tick: Any) -> Iterator[Sequence[Any]]:
        count = 0
        for row in self.table.rows():
            count += 1
            if count % 10_000 == 0:
                tick(10_000)
            if row.reasons:
                invoice = row.values.get("InvoiceNo") or ""
                self.bad.setdefault(invoice, row.number)
                self._reject(row.number, row.reasons, row.raw)
                continue
            yield (row.number, *(row.values[name] for name in self.table.columns))
        tick(count % 10_000)

    def _reject(self, number: int, reasons: Sequence[str], raw: Sequence[str]) -> None:
        if self.rejects is None:
            self.rejects = Rejects(self.folder)
        self.rejects.add(self.table.name, self.table.header, number, reasons, raw)
        self.lines_rejected += 1

    def _reject_rest_of_invoices(self) -> None:
        """An invoice is imported whole or not at all."""
        rows = self.connection.execute(
            "delete from stage where invoice = any(%s) returning row_no, invoice, sku, description, quantity, "
            "to_char(at, 'YYYY-MM-DD HH24:MI:SS'), trim_scale(price), customer, country",
            [list(self.bad)],
        ).fetchall()
        order = [list(self.table.columns).index(name) for name in self.table.header]
        for row_no, *values in sorted(rows):
            why = f"invoice {values[0]} has a rejected row (row {self.bad[values[0]]})"
            self._reject(row_no, [why], ["" if values[i] is None else str(values[i]) for i in order])

    def catalogue(self) -> None:
        """A product and a variant for each stock code, named by its last description, priced as last sold."""
        rows = self.connection.execute(
            "select sku, coalesce((array_agg(description order by row_no desc) filter "
            "  (where description <> '' and price > 0 and quantity > 0))[1], "
            "  (array_agg(description order by row_no desc) filter (where description <> ''))[1], sku), "
            "(array_agg(price order by row_no desc) filter (where price > 0 and quantity > 0))[1] "
            "from stage group by sku"
        ).fetchall()
        with self.connection.transaction():
            products = [(sku, name, "Wholesale") for sku, name, _ in rows]
            written = upsert(self.connection, "product", ("code", "name", "category"), ("code",), products)
            self.refs.load(self.connection, "products")
            variants = [(sku, self.refs.products[sku], name) for sku, name, _ in rows]
            upsert(self.connection, "variant", ("sku", "product_id", "name"), ("sku",), variants)
            upsert(
                self.connection,
                "price_list",
                ("code", "name", "currency"),
                ("code",),
                [(PRICE_LIST, "Wholesale prices, as last sold", CURRENCY)],
            )
            self.refs.load(self.connection, "variants", "price_lists")
            list_id = self.refs.price_lists[PRICE_LIST][0]
            prices = [
                (list_id, self.refs.variants[sku].id, 1, price, BEGINNING) for sku, _, price in rows if price
            ]
            upsert(
                self.connection,
                "list_price",
                ("price_list_id", "variant_id", "min_quantity", "unit_price", "valid_from"),
                ("variant_id", "price_list_id", "min_quantity", "valid_from"),
                prices,
            )
        self.report.files["stock codes"] = written

    def companies(self, credit_limit: Decimal) -> None:
        """A company for each customer number, and one for the sales over the counter."""
        rows = self.connection.execute(
            "select customer, (array_agg(country order by row_no desc))[1] from stage "
            "where customer is not null group by customer"
        ).fetchall()
        list_id = self.refs.price_lists[PRICE_LIST][0]
        companies = [(c, f"Customer {c}, {country}", CURRENCY, list_id, "trade") for c, country in rows]
        companies.append((COUNTER, "Counter sales", CURRENCY, list_id, "counter"))
        columns = ("code", "name", "currency", "price_list_id", "account_kind")
        with self.connection.transaction():
            written = upsert(self.connection, "company", columns, ("code",), companies)
            self.connection.execute(
                "insert into credit_account (company_id, currency, limit_minor) "
                "select id, currency, %s from company where code = any(%s) on conflict do nothing",
                [line_total(credit_limit, 1, CURRENCY), [c[0] for c in companies]],
            )
        self.report.files["companies"] = written
        self.refs.load(self.connection, "companies")

    def orders(self, tick: Any) -> None:
        """Every invoice with its lines, in batches that commit by themselves."""
        total = Written()
        for numbers in self._batches():
            there = self.writer.existing(numbers)
            fresh = self._read([number for number in numbers if number not in there])
            self.writer.write(fresh, datetime.now().astimezone())
            self.session.commit()
            total.plus(Written(added=len(fresh), unchanged=len(there)))
            tick(len(numbers))
        total.rejected = len(self.bad)
        self.report.files["invoices"] = total
        self.report.files["lines"] = Written(rejected=self.lines_rejected)
        refresh_bought(self.session)
        self.session.commit()

    def _batches(self) -> Iterator[list[str]]:
        last = ""
        while True:
            rows = self.connection.execute(
                "select distinct invoice from stage where invoice > %s order by invoice limit %s",
                [last, BATCH],
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [invoice for (invoice,) in rows]

    def _read(self, numbers: list[str]) -> list[ImportedOrder]:
        found: dict[str, ImportedOrder] = {}
        counts: Counter[str] = Counter()
        for invoice, sku, description, quantity, at, price, customer in self.connection.execute(
            "select invoice, sku, description, quantity, at at time zone 'Europe/London', price, customer "
            "from stage where invoice = any(%s) order by invoice, row_no",
            [numbers],
        ):
            order = found.get(invoice)
            if order is None:
                company = self.refs.companies[customer or COUNTER]
                order = found[invoice] = ImportedOrder(
                    number=invoice,
                    company_id=company.id,
                    status="delivered",
                    fulfilment="delivery",
                    currency=CURRENCY,
                    placed_at=at,
                    closed_at=at,
                    lines=[],
                    kind=KINDS.get(invoice[0], "order"),
                )
            counts[invoice] += 1
            variant = self.refs.variants[sku]
            order.lines.append(
                ImportedLine(
                    line_no=counts[invoice],
                    variant_id=variant.id,
                    sku=sku,
                    name=description or variant.name,
                    unit=variant.unit,
                    quantity=quantity,
                    unit_price=price,
                    total_minor=line_total(price, quantity, CURRENCY),
                    state="delivered",
                    fulfilled=quantity,
                )
            )
        return list(found.values())
