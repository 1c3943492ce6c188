"""What rows refer to by code: read from the database once per file, so that no row costs a query.

A noun lists in ``files.py`` what others may refer to: ``LOOKUPS = (Lookup("stores", "store", read_stores),)``. Rows name
a lookup by its name, because a file may refer to things of a higher domain: a company has a home store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from portal.intake.tables import Row

# Codes, or what else names a row, and what the row is known by.
Known = dict[Any, Any]


@dataclass(frozen=True)
class Lookup:
    """Rows that others refer to.

    :ivar name: what :class:`~portal.intake.spec.Spec` calls it in ``needs``.
    :ivar what: a single one, for the reason ``no such store``.
    :ivar read: reads all of them.
    """

    name: str
    what: str
    read: Callable[[Connection[Any]], Known]


def ids_by_code(statement: str) -> Callable[[Connection[Any]], Known]:
    """Reads two columns: what names a row, and its id."""
    return lambda connection: dict(connection.execute(statement).fetchall())


class References:
    """What exists in the database, by lookup.

    :raises ValueError: when two lookups have the same name.
    """

    def __init__(self, lookups: Iterable[Lookup]) -> None:
        self._lookups: dict[str, Lookup] = {}
        self._known: dict[str, Known] = {}
        for lookup in lookups:
            if lookup.name in self._lookups:
                raise ValueError(f"Two lookups are called {lookup.name}; give one of them another name.")
            self._lookups[lookup.name] = lookup

    @property
    def names(self) -> frozenset[str]:
        """All that can be loaded."""
        return frozenset(self._lookups)

    def load(self, connection: Connection[Any], *names: str) -> None:
        """Read these lookups from the database, also when they were read before."""
        for name in names:
            self._known[name] = self._lookups[name].read(connection)

    def __getitem__(self, name: str) -> Known:
        return self._known[name]

    def find(self, row: Row, column: str, name: str) -> Any:
        """What the code in a column refers to; rejects the row when that does not exist. None for an empty field."""
        value = row.values.get(column)
        if value is None:
            return None
        found = self._known[name].get(value)
        if found is None:
            row.wrong(column, f"no such {self._lookups[name].what}")
        return found
