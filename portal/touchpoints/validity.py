"""Whether the properties of a touchpoint are what its kind says. A doubtful one is stored and marked, for a
bad property must never undo an order."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import fastjsonschema

from portal.touchpoints.cleaning import MAX_BYTES, clean
from portal.touchpoints.kind import REGISTERED, Kind, Props


@cache
def _validator(name: str) -> Callable[[Any], Any]:
    check: Callable[[Any], Any] = fastjsonschema.compile(dict(REGISTERED[name].kind.schema))
    return check


def checked(kind: Kind, props: Props) -> tuple[Props, str | None]:
    """The properties as they may be stored, cleaned, and what is wrong with them (None: nothing).

    Properties that no JSON column takes, or that are too large, are dropped; others are kept for a look.
    """
    if not props:
        return {}, None
    props = clean(kind.props, props)
    dropped = _why_dropped(props)
    if dropped is not None:
        return {}, dropped
    try:
        _validator(kind.name)(props)
    except fastjsonschema.JsonSchemaValueException as error:
        return props, str(error.message)[:200]
    return props, None


def _why_dropped(props: Props) -> str | None:
    """Why properties cannot be stored at all; None if they can."""
    try:
        text = json.dumps(props, ensure_ascii=False)
        size = len(text.encode())
    except (TypeError, ValueError) as error:
        return f"dropped: {error}"[:200]
    return f"dropped: {size} bytes, at most {MAX_BYTES}" if size > MAX_BYTES else None
