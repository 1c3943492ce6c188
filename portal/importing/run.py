"""``portal import DIR``: every file of a folder, in the order of docs/data-formats.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from portal.importing.catalogue_files import (
    COLOURS,
    CONTRACT_PRICES,
    PART_NUMBERS,
    PRICE_LISTS,
    PRICES,
    PRODUCTS,
    VARIANTS,
)
from portal.importing.company_files import ADDRESSES, COMPANIES, JOBS
from portal.importing.connections import import_connections, tidy_up
from portal.importing.files import BadFile, Table, find
from portal.importing.loading import Loader
from portal.importing.orders.columns import LINE_COLUMNS, ORDER_COLUMNS
from portal.importing.orders.files import OrderFiles
from portal.importing.payments.columns import ALLOCATION_COLUMNS, PAYMENT_COLUMNS
from portal.importing.payments.files import PaymentFiles
from portal.importing.people_files import MEMBERSHIPS, REP_ASSIGNMENTS, USERS
from portal.importing.progress import Progress, quiet
from portal.importing.references import References
from portal.importing.rejects import Rejects
from portal.importing.store_files import STOCK, STORE_EXCEPTIONS, STORE_HOURS, STORES
from portal.importing.tax_files import TAX_EXEMPTIONS, TAX_RATES
from portal.importing.upsert import Written

SPECS = (
    STORES,
    STORE_HOURS,
    STORE_EXCEPTIONS,
    COLOURS,
    PRODUCTS,
    VARIANTS,
    PRICE_LISTS,
    PRICES,
    COMPANIES,
    ADDRESSES,
    USERS,
    MEMBERSHIPS,
    REP_ASSIGNMENTS,
    JOBS,
    CONTRACT_PRICES,
    PART_NUMBERS,
    STOCK,
    TAX_RATES,
    TAX_EXEMPTIONS,
)
ORDERS, LINES = "orders.csv", "order_lines.csv"
PAYMENTS, ALLOCATIONS = "payments.csv", "payment_allocations.csv"
COLUMNS = {
    **{spec.file: spec.columns for spec in SPECS},
    ORDERS: ORDER_COLUMNS,
    LINES: LINE_COLUMNS,
    PAYMENTS: PAYMENT_COLUMNS,
    ALLOCATIONS: ALLOCATION_COLUMNS,
}


@dataclass
class Report:
    """What an import did, by file."""

    files: dict[str, Written] = field(default_factory=dict)
    rejected_folder: Path | None = None
    not_read: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return sum(written.rejected for written in self.files.values())

    @property
    def wrote(self) -> bool:
        return any(written.added or written.changed for written in self.files.values())


def import_folder(
    engine: Engine,
    folder: Path,
    now: datetime,
    progress: Progress = quiet,
    *,
    unpaid_since: date | None = None,
) -> Report:
    """Import all files found in ``folder``.

    :param unpaid_since: invoices of completed orders stay open from that day on, where the file does not say whether
        they are paid; all others are settled.
    :raises BadFile: before anything is written, when a header is wrong, a file is missing or another import
        is running; later, when a file breaks off or its quoting is broken.
    """
    paths = _find_all(folder)
    report = Report(not_read=_others(folder))
    with import_connections(engine) as (connection, session):
        rejects = Rejects(folder, COLUMNS)
        refs = References()
        try:
            loader = Loader(connection, refs, rejects)
            for spec in SPECS:
                if path := paths.get(spec.file):
                    tick = progress(spec.file, path.stat().st_size)
                    report.files[spec.file] = loader.load(spec, path, tick)
            if ORDERS in paths:
                pair = OrderFiles(connection, session, refs, rejects, unpaid_since)
                report.files[ORDERS] = pair.load(paths[ORDERS], paths[LINES], now, progress)
            if PAYMENTS in paths:
                money = PaymentFiles(connection, refs, rejects)
                report.files[PAYMENTS] = money.load(paths[PAYMENTS], paths.get(ALLOCATIONS), now, progress)
        finally:
            rejects.close()
        if report.wrote:
            tidy_up(connection, session)
    report.rejected_folder = rejects.folder if rejects.counts else None
    return report


def _find_all(folder: Path) -> dict[str, Path]:
    paths = {name: path for name in COLUMNS if (path := find(folder, name))}
    if not paths:
        raise BadFile(f"{folder} has none of the files that docs/data-formats.md describes.")
    if (ORDERS in paths) != (LINES in paths):
        raise BadFile(f"{ORDERS} and {LINES} belong together; one of them is missing.")
    if ALLOCATIONS in paths and PAYMENTS not in paths:
        raise BadFile(f"{ALLOCATIONS} belongs to {PAYMENTS}, which is missing.")
    for name, path in paths.items():
        Table(path, COLUMNS[name])  # a wrong header stops the import before anything is written
    return paths


def _others(folder: Path) -> list[str]:
    """CSV files with names that nothing here knows: perhaps a slip of the pen."""
    names = {path.name.removesuffix(".gz") for path in folder.iterdir() if path.is_file()}
    return sorted(name for name in names if name.endswith(".csv") and name not in COLUMNS)
