"""How a file becomes rows of a table: one :class:`Spec` per file, found in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection

from portal.importing.files import Column, Row
from portal.importing.references import References
from portal.importing.upsert import Written

# "Always was": earlier than any order.
BEGINNING = date(1900, 1, 1)

# Gives the database values of a row in the order of ``Spec.db_columns``; notes reasons on the row.
Convert = Callable[[Row, References], Sequence[Any]]


@dataclass(frozen=True)
class Spec:
    """One file of the import.

    :ivar key: file columns that name a row; :ivar needs: references read before.
    :ivar points_at_itself: (file column, database column) of a reference to another row of the same file.
    :ivar whole_file: checks that need all rows of the file (references inside it, one default per company).
    :ivar under_lock: checks of good rows against rows that the portal may be changing; locks them first.
    :ivar write: writes good rows where their table has no key that an upsert could go by.
    :ivar afterwards: what good rows mean beyond their own table; gives the number of rows changed there.
    """

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    table: str
    db_columns: tuple[str, ...]
    db_key: tuple[str, ...]
    convert: Convert
    needs: tuple[str, ...] = ()
    points_at_itself: tuple[str, str] | None = None
    whole_file: Callable[[list[Row], References], None] | None = None
    under_lock: Callable[[Connection[Any], list[Row], References], None] | None = None
    write: Callable[[Connection[Any], list[Sequence[Any]]], Written] | None = None
    afterwards: Callable[[Connection[Any], list[Row], References], int] | None = None


def look_up(row: Row, column: str, among: dict[Any, Any], what: str) -> Any:
    """What a code refers to; notes the reason when it leads nowhere. None for an empty field."""
    value = row.values.get(column)
    if value is None:
        return None
    found = among.get(value)
    if found is None:
        row.wrong(column, f"no such {what}")
    return found


def check_period(row: Row) -> None:
    """valid_to is not before valid_from."""
    start, end = row.values.get("valid_from"), row.values.get("valid_to")
    if end is not None and start is not None and end < start:
        row.wrong("valid_to", "before valid_from")
