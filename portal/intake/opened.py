"""One import, from its connections to its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import Connection
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.intake.collected import references
from portal.intake.connections import checking_connections, import_connections, tidy_up
from portal.intake.lookups import References
from portal.intake.rejects import Rejects
from portal.intake.report import Report


@dataclass(frozen=True)
class Opened:
    """What an import works with.

    :ivar connection: a plain connection in autocommit, for COPY; :ivar session: for what is written with facts.
    """

    connection: Connection[Any]
    session: Session
    rejects: Rejects
    report: Report
    refs: References = field(default_factory=references)


@contextmanager
def opened(
    engine: Engine, folder: Path, files: Iterable[str], report: Report | None = None
) -> Iterator[Opened]:
    """Hold the import lock; afterwards refresh statistics, and finish the report and the files of rejected rows, also
    when the import stops.

    :param folder: where ``rejected`` is written, with files of these names.
    :param report: to be filled; unless it is ``for_good``, all that is done is taken back at the end and no file is
        written.
    :raises BadFile: when another import is running.
    """
    report = report or Report()
    connections = import_connections if report.for_good else checking_connections
    with connections(engine) as (connection, session):
        made = Opened(connection, session, Rejects(folder if report.for_good else None, files), report)
        try:
            yield made
        finally:
            made.rejects.close()
            report.reasons = made.rejects.reasons
            report.undecoded = sorted(made.rejects.undecoded)
            report.rejected_folder = made.rejects.folder if made.rejects.counts else None
        if report.wrote and report.for_good:
            tidy_up(connection, session)
