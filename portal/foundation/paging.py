"""Keyset paging: a page begins after a row, not after a number of rows, so page 5,000 costs what page 1 does."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from portal.foundation.secrets.handles import handle, read_handle

Row = TypeVar("Row")
# A sort key is a time, a number, a name; more than this was made up.
LONGEST_CURSOR = 2_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page and the cursors to its neighbours (None: there is none)."""

    rows: Sequence[Row]
    next_cursor: str | None = None
    previous_cursor: str | None = None


def encode_cursor(*key: Any) -> str:
    """A cursor from the sort key of a row (times, numbers, texts)."""
    plain = [_plain(part) for part in key]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _plain(part: Any) -> Any:
    if isinstance(part, datetime):
        return part.isoformat()
    return handle("cursor", part) if isinstance(part, int) else part


def decode_cursor(text: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The sort key in a cursor; None when there is none or somebody made it up."""
    if not text or len(text) > LONGEST_CURSOR:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            return None
        return tuple(_as(kind, part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return None


def _as(kind: type, part: Any) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(part)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time has a zone")
        return moment
    if kind is int:
        number = read_handle("cursor", part) if isinstance(part, str) else None
        if number is None:
            raise ValueError("a cursor's numbers are handles")
        return number
    if kind is str:
        str(part).encode()  # half a surrogate is not a character and fails here
        if "\x00" in str(part):
            raise ValueError("the database keeps no NUL")
    return kind(part)
