"""``portal import DIR``: every file of a folder, in the order of docs/data-formats.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.foundation.db import make_sessions
from portal.importing.catalogue_files import (
    COLOURS,
    CONTRACT_PRICES,
    PART_NUMBERS,
    PRICE_LISTS,
    PRICES,
    PRODUCTS,
    VARIANTS,
)
from portal.importing.company_files import ADDRESSES, COMPANIES, JOBS, MEMBERSHIPS, REP_ASSIGNMENTS, USERS
from portal.importing.files import BadFile, Rejects, Table, find
from portal.importing.loading import Loader, Tick
from portal.importing.order_files import LINE_COLUMNS, ORDER_COLUMNS, OrderFiles
from portal.importing.references import References
from portal.importing.store_files import STOCK, STORE_EXCEPTIONS, STORE_HOURS, STORES
from portal.importing.upsert import Written

SPECS = (
    STORES, STORE_HOURS, STORE_EXCEPTIONS, COLOURS, PRODUCTS, VARIANTS, PRICE_LISTS, PRICES, COMPANIES, ADDRESSES,
    USERS, MEMBERSHIPS, REP_ASSIGNMENTS, JOBS, CONTRACT_PRICES, PART_NUMBERS, STOCK,
)  # fmt: skip
# Any fixed number: one import at a time.
IMPORT_LOCK = 7_261_002

# Told the file's name; gives what to call with the number of rows read.
Progress = Callable[[str], Tick]


def quiet(name: str) -> Tick:
    """No progress shown."""
    return lambda rows: None


@dataclass
class Report:
    """What an import did, by file."""

    files: dict[str, Written] = field(default_factory=dict)
    rejected_folder: Path | None = None

    @property
    def rejected(self) -> int:
        return sum(written.rejected for written in self.files.values())


@contextmanager
def import_connections(engine: Engine) -> Iterator[tuple[psycopg.Connection[Any], Session]]:
    """A plain connection for COPY and a session for orders; both without time limits, one import at a time.

    :raises BadFile: when another import is running.
    """
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, options="-c timezone=UTC") as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [IMPORT_LOCK]).fetchone()
        if row is None or not row[0]:
            raise BadFile("Another import is running; wait until it has finished.")
        session = make_sessions(engine)()
        try:
            session.connection().exec_driver_sql("set statement_timeout = 0")
            session.connection().exec_driver_sql("set idle_in_transaction_session_timeout = 0")
            session.commit()
            yield connection, session
        finally:
            session.invalidate()


def import_folder(engine: Engine, folder: Path, now: datetime, progress: Progress = quiet) -> Report:
    """Import all files found in ``folder``.

    :raises BadFile: for a file that cannot be read or has a wrong header (nothing of it is written).
    """
    paths = {spec.file: find(folder, spec.file) for spec in SPECS}
    orders, lines = find(folder, "orders.csv"), find(folder, "order_lines.csv")
    if not any([*paths.values(), orders, lines]):
        raise BadFile(f"{folder} has none of the files that docs/data-formats.md describes.")
    if (orders is None) != (lines is None):
        raise BadFile("orders.csv and order_lines.csv belong together; one of them is missing.")
    for spec in SPECS:
        if (path := paths[spec.file]) is not None:
            Table(path, spec.columns)  # a wrong header stops the import before anything is written
    if orders and lines:
        Table(orders, ORDER_COLUMNS)
        Table(lines, LINE_COLUMNS)
    report = Report()
    rejects = Rejects(folder)
    try:
        with import_connections(engine) as (connection, session):
            refs = References()
            loader = Loader(connection, refs, rejects)
            for spec in SPECS:
                if (path := paths[spec.file]) is not None:
                    report.files[spec.file] = loader.load(spec, path, progress(spec.file))
            if orders and lines:
                pair = OrderFiles(connection, session, refs, rejects)
                report.files["orders.csv"] = pair.load(orders, lines, now, progress("orders.csv"))
            connection.execute("analyze")
    finally:
        rejects.close()
    report.rejected_folder = rejects.folder if rejects.counts else None
    return report
