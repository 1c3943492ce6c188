"""``portal import DIR``: every file of a folder, in the order of docs/data-formats.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from portal.intake.collected import all_specs, columns_by_file
from portal.intake.dialect import AS_FOUND, Reading
from portal.intake.loader import Loader
from portal.intake.opened import opened
from portal.intake.progress import Progress, quiet
from portal.intake.report import Report
from portal.intake.source import BadFile, bare_name, find
from portal.intake.spec import Intake, Pair, Spec
from portal.intake.tables import Table
from portal.intake.upsert import Written
from portal.orders.fulfilment.queries.unfilled import unfilled_orders
from portal.stores.stock.files import STOCK

TABLES = (".csv", ".txt", ".tsv", ".xls", ".xlsx", ".ods")


def import_folder(
    engine: Engine,
    folder: Path,
    now: datetime,
    progress: Progress = quiet,
    *,
    unpaid_since: date | None = None,
    reading: Reading = AS_FOUND,
    report: Report | None = None,
) -> Report:
    """Import all files found in ``folder``.

    :param reading: what is known of how the files were saved.
    :param report: to be filled; unless it is ``for_good``, everything is done and taken back.
    :param unpaid_since: invoices of completed orders stay open from that day on, where the file does not say whether
        they are paid; all others are settled.
    :raises BadFile: before anything is written, when a header is wrong, a file is missing or another import
        is running; later, when a file breaks off or its quoting is broken.
    """
    report = report or Report()
    paths = _find_all(folder)
    report.columns_not_read = _check_headers(paths, reading)
    report.not_read = _others(folder)
    with opened(engine, folder, columns_by_file(), report) as made:
        common = (made.connection, made.session, made.refs, made.rejects, progress, now, report, reading)
        intake = Intake(*common, unpaid_since=unpaid_since, for_good=report.for_good)
        for spec in all_specs():
            if spec.file in paths:
                _load(intake, spec, paths)
        if STOCK.file in paths:
            report.unfilled = list(unfilled_orders(made.connection))
    return report


def _load(intake: Intake, spec: Spec | Pair, paths: Mapping[str, Path]) -> Written:
    path = paths[spec.file]
    if isinstance(spec, Pair):
        return spec.load(intake, path, paths.get(spec.parts_file))
    return Loader(intake).load(spec, path, intake.progress(spec.file, path.stat().st_size))


def _find_all(folder: Path) -> dict[str, Path]:
    paths = {name: path for name in columns_by_file() if (path := find(folder, name))}
    if not paths:
        raise BadFile(f"{folder} has none of the files that docs/data-formats.md describes.")
    for spec in all_specs():
        if isinstance(spec, Pair):
            spec.check(paths)
    return paths


def _check_headers(paths: Mapping[str, Path], reading: Reading) -> dict[str, list[str]]:
    """The columns of each file that are left out. A wrong header stops the import before anything is written."""
    tables = [Table(path, columns_by_file()[name], reading) for name, path in paths.items()]
    return {table.name: table.not_read for table in tables if table.not_read}


def _others(folder: Path) -> list[str]:
    """Files of tables with unknown names, which may be misspelled, and workbooks, which nothing here reads."""
    names = {bare_name(path) for path in folder.iterdir() if path.is_file()}
    return sorted(name for name in names if name.endswith(TABLES) and name not in columns_by_file())
