"""How files become rows of tables.

A noun lists its files in ``files.py``: ``SPECS = (STORES,)``, each a :class:`Spec`, or a :class:`Pair` for two files that
belong together. ``portal.intake.collected`` finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from sqlalchemy.orm import Session

from portal.intake.dialect import AS_FOUND, Reading
from portal.intake.lookups import References
from portal.intake.progress import Progress
from portal.intake.rejects import Rejects
from portal.intake.report import Report
from portal.intake.source import BadFile
from portal.intake.tables import Column, Row
from portal.intake.upsert import Written

# "Always was": earlier than any order.
BEGINNING = date(1900, 1, 1)

# Gives the database values of a row in the order of ``Spec.db_columns``; adds reasons to the row.
Convert = Callable[[Row, References], Sequence[Any]]


@dataclass(frozen=True)
class OwnReference:
    """A reference to another row of the same file: its column there and in the table, and the lookup of such rows."""

    column: str
    db_column: str
    among: str


@dataclass(frozen=True)
class Intake:
    """What every file of one import is given.

    :ivar connection: a plain connection in autocommit, for COPY; :ivar session: for what is written with facts.
    :ivar report: where each file counts its rows while it is read; :ivar reading: how the files were saved.
    :ivar for_good: False when all of it is taken back in the end.
    :ivar unpaid_since: invoices of that day or later stay open, where the file does not say whether they are paid.
    """

    connection: Connection[Any]
    session: Session
    refs: References
    rejects: Rejects
    progress: Progress
    now: datetime
    report: Report = field(default_factory=Report)
    reading: Reading = AS_FOUND
    unpaid_since: date | None = None
    for_good: bool = True


@dataclass(frozen=True)
class Spec:
    """One file that becomes rows of one table.

    :ivar order: its place among all files; rows refer to what stands in files before theirs.
    :ivar key: file columns that name a row; :ivar needs: lookups read before.
    :ivar own_reference: a reference to another row of the same file.
    :ivar whole_file: checks that need all rows of the file (references inside it, one default per company).
    :ivar under_lock: checks of good rows against rows that the portal may be changing; locks them first.
    :ivar shared: columns that people change in the portal, too. The file's value is taken for new rows; for others by
        ``decided`` alone.
    :ivar decided: takes over what the file says of ``shared`` columns, where it says something else than the last time.
        In a transaction of its own on the session, so that touchpoints commit with it; gives the number of rows changed.
    :ivar write: writes good rows where their table has no key that an upsert could go by.
    :ivar afterwards: what good rows mean beyond their own table; gives the number of rows changed there.
    """

    order: int
    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    table: str
    db_columns: tuple[str, ...]
    db_key: tuple[str, ...]
    convert: Convert
    needs: tuple[str, ...] = ()
    own_reference: OwnReference | None = None
    shared: tuple[str, ...] = ()
    whole_file: Callable[[list[Row], References], None] | None = None
    under_lock: Callable[[Connection[Any], list[Row], References], None] | None = None
    write: Callable[[Connection[Any], list[Sequence[Any]]], Written] | None = None
    afterwards: Callable[[Connection[Any], list[Row], References], int] | None = None
    decided: Callable[[Intake, list[Row]], int] | None = None

    @property
    def files(self) -> dict[str, tuple[Column, ...]]:
        """The columns of the file."""
        return {self.file: self.columns}


@dataclass(frozen=True)
class Pair:
    """Two files that are imported together: documents and their parts.

    :ivar order: its place among all files; see :class:`Spec`.
    :ivar parts_required: whether the first file means nothing without the second.
    :ivar load: imports both; the path of the second is None when it is not there.
    """

    order: int
    file: str
    columns: tuple[Column, ...]
    parts_file: str
    parts_columns: tuple[Column, ...]
    parts_required: bool
    load: Callable[[Intake, Path, Path | None], Written]

    @property
    def files(self) -> dict[str, tuple[Column, ...]]:
        """The columns of both files."""
        return {self.file: self.columns, self.parts_file: self.parts_columns}

    def check(self, there: Collection[str]) -> None:
        """:raises BadFile: when one of the two files is there without the other that it needs."""
        if self.parts_required and (self.file in there) != (self.parts_file in there):
            raise BadFile(f"{self.file} and {self.parts_file} belong together; one of them is missing.")
        if self.parts_file in there and self.file not in there:
            raise BadFile(f"{self.parts_file} belongs to {self.file}, which is missing.")


def check_period(row: Row) -> None:
    """valid_to is not before valid_from."""
    start, end = row.values.get("valid_from"), row.values.get("valid_to")
    if end is not None and start is not None and end < start:
        row.wrong("valid_to", "before valid_from")


def plain(*names: str) -> Convert:
    """Values of these columns as they are."""
    return lambda row, refs: tuple(row.values[name] for name in names)
