"""The preset ``online-retail``: the order lines of a UK wholesaler 2010–2011 (UCI "Online Retail") as they are.

One file with InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice (GBP), CustomerID, Country.
Invoices whose number begins with C are credits, with A adjustments; lines without a customer belong to one
"counter sales" account. Nothing is left out: negative quantities, zero prices and exact repeats are lines, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg import Connection
from sqlalchemy import Engine

from portal.foundation.money import line_total
from portal.importing import cells
from portal.importing.connections import import_connections, tidy_up
from portal.importing.files import BadFile, Column, Table, Tick
from portal.importing.orders.imported import ImportedLine, ImportedOrder
from portal.importing.orders.states import size_reason
from portal.importing.orders.writer import BATCH, OrderWriter
from portal.importing.progress import Progress, quiet
from portal.importing.references import References
from portal.importing.rejects import Rejects
from portal.importing.run import Report
from portal.importing.specs import BEGINNING
from portal.importing.upsert import Written, copy_into, upsert

CURRENCY = "GBP"
ZONE = "Europe/London"
PRICE_LIST = "WHOLESALE"
COUNTER = "COUNTER-SALES"
KINDS = {"C": "credit", "A": "adjustment"}
SIGNED_PRICE = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,4})?")
LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def _signed_price(raw: str) -> Decimal:
    if not SIGNED_PRICE.fullmatch(raw):
        raise cells.not_a("price")
    return Decimal(raw)


def _local_time(raw: str) -> str:
    try:
        if LOCAL_TIME.fullmatch(raw) and datetime.fromisoformat(raw).year >= cells.FIRST_YEAR:
            return raw
    except ValueError:
        pass
    raise cells.not_a("time like 2010-12-01 08:26:00")


COLUMNS = (
    Column("InvoiceNo", cells.code(20), True),
    Column("StockCode", cells.text(40), True),
    Column("Description", cells.text(200), default=""),
    Column("Quantity", cells.integer(-1_000_000, 1_000_000), True),
    Column("InvoiceDate", _local_time, True),
    Column("UnitPrice", _signed_price, True),
    Column("CustomerID", cells.code(20)),
    Column("Country", cells.text(80), default=""),
)
_STAGE = """
create temporary table stage (row_no int, invoice text, sku text, description text, quantity int, at timestamp,
                              price numeric(14,4), customer text, country text)
"""
STAGE_COLUMNS = ("row_no", "invoice", "sku", "description", "quantity", "at", "price", "customer", "country")
# Named by its last description, priced as last sold.
_CATALOGUE = """
select sku, coalesce((array_agg(description order by row_no desc)
                        filter (where description <> '' and price > 0 and quantity > 0))[1],
                     (array_agg(description order by row_no desc) filter (where description <> ''))[1], sku),
       (array_agg(price order by row_no desc) filter (where price > 0 and quantity > 0))[1]
  from stage group by sku
"""
_COMPANIES = """
select customer, (array_agg(country order by row_no desc))[1]
  from stage where customer is not null group by customer
"""
_INVOICES = "select distinct invoice from stage where invoice > %s order by invoice limit %s"
_LINES = f"""
select invoice, sku, description, quantity, at at time zone '{ZONE}', price, customer
  from stage where invoice = any(%s) order by invoice, row_no
"""


def import_online_retail(
    engine: Engine,
    path: Path,
    *,
    credit_limit: Decimal = Decimal(0),
    unpaid_since: date | None = None,
    progress: Progress = quiet,
) -> Report:
    """Import the file; a second run changes nothing, a run after a kill goes on where it was.

    :param credit_limit: limit in GBP for every company that is new (the file knows none).
    :param unpaid_since: invoices and credits of that day or later stay open; the others are settled.
    :raises BadFile: when it is not that file, the limit is no amount, or another import is running.
    """
    if not (credit_limit.is_finite() and 0 <= credit_limit < 10**10):
        raise BadFile("The credit limit is not an amount like 5000.00.")
    table = Table(path, COLUMNS)
    report = Report()
    with import_connections(engine) as (connection, session):
        rejects = Rejects(path.parent, [table.name])
        try:
            writer = OrderWriter(session, connection, unpaid_since)
            run = _Run(connection, writer, table, rejects, report)
            run.stage(progress(table.name, table.size))
            run.catalogue()
            run.companies(credit_limit)
            run.invoices(progress)
        finally:
            rejects.close()
        if report.wrote:
            tidy_up(connection, session)
    report.rejected_folder = rejects.folder if rejects.counts else None
    return report


class _Run:
    def __init__(
        self, connection: Connection[Any], writer: OrderWriter, table: Table, rejects: Rejects, report: Report
    ) -> None:
        self.connection, self.table, self.rejects, self.report = connection, table, rejects, report
        self.refs = References()
        self.writer = writer
        self.bad: dict[str, str] = {}  # invoice → why all its lines are left out

    def stage(self, tick: Tick) -> None:
        """Parse every line into a temporary table; an invoice with a bad line is left out whole."""
        self.connection.execute(_STAGE)
        copy_into(self.connection, "stage", STAGE_COLUMNS, self._good_lines(tick))
        self.connection.execute("create index on stage (invoice, row_no); analyze stage")
        self._leave_out_giants()
        if self.bad:
            self.connection.execute("delete from stage where invoice = any(%s)", [list(self.bad)])
            self._reject()

    def _good_lines(self, tick: Tick) -> Iterator[Sequence[Any]]:
        for row in self.table.rows(tick):
            if row.reasons:
                invoice = self.table.field(row.raw, "InvoiceNo")
                self.bad.setdefault(invoice, f"invoice {invoice} has a rejected row (row {row.number})")
            else:
                yield (row.number, *(row.values[name] for name in self.table.columns))

    def _leave_out_giants(self) -> None:
        rows = self.connection.execute(
            "select invoice, sum(abs(quantity)), trunc(sum(abs(quantity * price)) * 100) from stage group by invoice"
        )
        for invoice, units, pence in rows:
            too_large = size_reason([int(units)], [int(pence)])
            if too_large:
                self.bad.setdefault(invoice, f"invoice {invoice}: {too_large}")

    def _reject(self) -> None:
        """Read the file once more for the rows as they stand there."""
        for row in self.table.rows():
            invoice = self.table.field(row.raw, "InvoiceNo")
            if row.reasons or invoice in self.bad:
                self.rejects.add(self.table, row, row.reasons or [self.bad[invoice]])

    def catalogue(self) -> None:
        """A product and a variant for each stock code."""
        rows = self.connection.execute(_CATALOGUE).fetchall()
        with self.connection.transaction():
            products = [(sku, name, "Wholesale") for sku, name, _ in rows]
            written = upsert(self.connection, "product", ("code", "name", "category"), ("code",), products)
            self.refs.load(self.connection, "products")
            variants = [(sku, self.refs.products[sku], name) for sku, name, _ in rows]
            upsert(self.connection, "variant", ("sku", "product_id", "name"), ("sku",), variants)
            self.refs.load(self.connection, "variants")
            self._prices([(sku, price) for sku, _, price in rows if price])
        self.report.files["stock codes"] = written

    def _prices(self, prices: list[tuple[str, Decimal]]) -> None:
        lists = [(PRICE_LIST, "Wholesale prices, as last sold", CURRENCY)]
        upsert(self.connection, "price_list", ("code", "name", "currency"), ("code",), lists)
        self.refs.load(self.connection, "price_lists")
        list_id, _ = self.refs.price_lists[PRICE_LIST]
        upsert(
            self.connection,
            "list_price",
            ("price_list_id", "variant_id", "min_quantity", "unit_price", "valid_from"),
            ("variant_id", "price_list_id", "min_quantity", "valid_from"),
            [(list_id, self.refs.variants[sku].id, 1, price, BEGINNING) for sku, price in prices],
        )

    def companies(self, credit_limit: Decimal) -> None:
        """A company for each customer number, and one for the sales over the counter."""
        list_id, _ = self.refs.price_lists[PRICE_LIST]
        companies = [
            (customer, f"Customer {customer}, {country}", CURRENCY, list_id, "trade")
            for customer, country in self.connection.execute(_COMPANIES)
        ]
        companies.append((COUNTER, "Counter sales", CURRENCY, list_id, "counter"))
        columns = ("code", "name", "currency", "price_list_id", "account_kind")
        with self.connection.transaction():
            written = upsert(self.connection, "company", columns, ("code",), companies)
            self.connection.execute(
                "insert into credit_account (company_id, currency, limit_minor) "
                "select id, currency, %s from company where code = any(%s) on conflict do nothing",
                [line_total(credit_limit, 1, CURRENCY), [company[0] for company in companies]],
            )
        self.report.files["companies"] = written
        self.refs.load(self.connection, "companies")

    def invoices(self, progress: Progress) -> None:
        """Every invoice with its lines, in batches that commit by themselves."""
        counted = self.connection.execute("select count(distinct invoice) from stage").fetchone()
        tick = progress("invoices", counted[0] if counted else 0)
        total, lines = Written(rejected=len(self.bad)), Written()
        for numbers in self._batches():
            there = self.writer.existing(numbers)
            fresh = self._read([number for number in numbers if number not in there])
            self.writer.write(fresh)
            total.plus(Written(added=len(fresh), unchanged=len(there)))
            lines.plus(Written(added=sum(len(order.lines) for order in fresh), unchanged=self._count(there)))
            tick(len(numbers))
        lines.rejected = self.rejects.counts.get(self.table.name, 0)
        self.report.files["invoices"], self.report.files["lines"] = total, lines

    def _count(self, numbers: set[str]) -> int:
        row = self.connection.execute(
            "select count(*) from stage where invoice = any(%s)", [list(numbers)]
        ).fetchone()
        return row[0] if row else 0

    def _batches(self) -> Iterator[list[str]]:
        last = ""
        while rows := self.connection.execute(_INVOICES, [last, BATCH]).fetchall():
            last = rows[-1][0]
            yield [invoice for (invoice,) in rows]

    def _read(self, numbers: list[str]) -> list[ImportedOrder]:
        found: dict[str, ImportedOrder] = {}
        counts: Counter[str] = Counter()
        for invoice, sku, description, quantity, at, price, customer in self.connection.execute(
            _LINES, [numbers]
        ):
            if invoice not in found:
                company = self.refs.companies[customer or COUNTER]
                found[invoice] = ImportedOrder(
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
            if at != found[invoice].placed_at:
                found[invoice].entered.setdefault(at, []).append(counts[invoice])
            variant = self.refs.variants[sku]
            found[invoice].lines.append(
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
