"""``portal import DIR``: every file of a folder, in the order of docs/data-formats.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from portal.intake.collected import all_specs, columns_by_file
from portal.intake.loader import Loader
from portal.intake.opened import opened
from portal.intake.progress import Progress, quiet
from portal.intake.report import Report
from portal.intake.source import BadFile, find
from portal.intake.spec import Intake, Pair, Spec
from portal.intake.tables import Table
from portal.intake.upsert import Written
from portal.orders.fulfilment.queries.unfilled import unfilled_orders
from portal.stores.stock.files import STOCK


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
    paths, others = _find_all(folder), _others(folder)
    with opened(engine, folder, columns_by_file()) as made:
        made.report.not_read = others
        intake = Intake(made.connection, made.session, made.refs, made.rejects, progress, now, unpaid_since)
        for spec in all_specs():
            if spec.file in paths:
                made.report.files[spec.file] = _load(intake, spec, paths)
        if STOCK.file in paths:
            made.report.unfilled = list(unfilled_orders(made.connection))
    return made.report


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
    for name, path in paths.items():
        Table(path, columns_by_file()[name])  # a wrong header stops the import before anything is written
    return paths


def _others(folder: Path) -> list[str]:
    """CSV files with unknown names, which may be misspelled."""
    names = {path.name.removesuffix(".gz") for path in folder.iterdir() if path.is_file()}
    return sorted(name for name in names if name.endswith(".csv") and name not in columns_by_file())
