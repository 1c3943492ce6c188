"""The preset ``online-retail``: the order lines of a UK wholesaler 2010–2011 (UCI "Online Retail") as they are.

One file with InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice (GBP), CustomerID, Country.
Invoices whose number begins with C are credits, with A adjustments; lines without a customer belong to one
"counter sales" account. Nothing is left out: negative quantities, zero prices and exact repeats are lines, too.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine

from portal.exchange.online_retail.catalogue import write_catalogue, write_companies
from portal.exchange.online_retail.columns import COLUMNS
from portal.exchange.online_retail.invoices import Invoices
from portal.exchange.online_retail.stage import Stage
from portal.exchange.orders.writer import OrderWriter
from portal.intake.opened import Opened, opened
from portal.intake.progress import Progress, quiet
from portal.intake.report import Report
from portal.intake.source import BadFile
from portal.intake.tables import Table


def import_online_retail(
    engine: Engine,
    path: Path,
    *,
    credit_limit: Decimal = Decimal(0),
    unpaid_since: date | None = None,
    progress: Progress = quiet,
    report: Report | None = None,
) -> Report:
    """Import the file; a second run changes nothing, a run after a kill goes on where it was.

    :param credit_limit: limit in GBP for every company that is new (the file knows none).
    :param unpaid_since: invoices and credits of that day or later stay open; the others are settled.
    :raises BadFile: when it is not that file, the limit is no amount, or another import is running.
    """
    if not (credit_limit.is_finite() and 0 <= credit_limit < 10**10):
        raise BadFile("The credit limit is not an amount like 5000.00.")
    table = Table(path, COLUMNS)
    with opened(engine, path.parent, [table.name], report) as made:
        stage = Stage(made.connection, table, made.rejects)
        stage.fill(progress(table.name, table.size))
        _write(made, OrderWriter(made.session, made.connection, unpaid_since), credit_limit, progress)
        made.report.files["invoices"].rejected = len(stage.bad)
        made.report.files["lines"].rejected = made.rejects.counts.get(table.name, 0)
    return made.report


def _write(made: Opened, writer: OrderWriter, credit_limit: Decimal, progress: Progress) -> None:
    connection, files = made.connection, made.report.files
    files["stock codes"] = write_catalogue(connection, made.refs)
    files["companies"] = write_companies(connection, made.refs, credit_limit)
    invoices = Invoices(connection, made.refs, writer)
    files["invoices"], files["lines"] = invoices.invoices, invoices.lines
    invoices.write(progress)
