"""Text of SQL that is built from constants when a module is loaded, so that it is the same for the whole process."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, func
from sqlalchemy.sql.elements import SQLCoreOperations

from portal.foundation.wording import fold_like

_CODE = re.compile(r"[a-z_]+")


def sql_list(codes: Iterable[str]) -> str:
    """Codes as a list for SQL: ``('placed', 'accepted')``. For constants, never for what somebody typed: values are
    bound.

    :raises ValueError: when there is none, or one is not of lower-case letters and underscores.
    """
    listed = list(codes)
    for code in listed:
        if not _CODE.fullmatch(code):
            raise ValueError(f"{code!r} is not a code")
    if not listed:
        raise ValueError("SQL has no empty lists")
    return "(" + ", ".join(f"'{code}'" for code in listed) + ")"


def holds(column: SQLCoreOperations[str] | SQLCoreOperations[str | None], words: str) -> ColumnElement[bool]:
    """True where a text holds the words, whatever their accents and case."""
    return func.fold(column).like(fold_like(words))
