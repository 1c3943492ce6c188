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
from portal.intake.connections import import_connections, tidy_up
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
    refs: References = field(default_factory=references)
    report: Report = field(default_factory=Report)


@contextmanager
def opened(engine: Engine, folder: Path, files: Iterable[str]) -> Iterator[Opened]:
    """Hold the import lock; afterwards refresh statistics, and finish the report and the files of rejected rows.

    :param folder: where ``rejected`` is written, with files of these names.
    :raises BadFile: when another import is running.
    """
    with import_connections(engine) as (connection, session):
        made = Opened(connection, session, Rejects(folder, files))
        try:
            yield made
        finally:
            made.rejects.close()
        if made.report.wrote:
            tidy_up(connection, session)
    made.report.rejected_folder = made.rejects.folder if made.rejects.counts else None
