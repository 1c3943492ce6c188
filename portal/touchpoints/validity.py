"""Whether the properties of a touchpoint are what its kind says. A doubtful one is stored and marked, for a
bad property must never undo an order. What comes from outside (addresses, headers, forms, scripts of browsers) is made to
fit the limits of its kind first: the log is append-only, and what is wrong in it stays wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import fastjsonschema

from portal.touchpoints.kind import REGISTERED, Kind, Props
from portal.touchpoints.prop import Prop
from portal.touchpoints.scrub import clean_text

MAX_BYTES = 8192


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


def clean(declared: Mapping[str, Prop], props: Props) -> Props:
    """The properties within the limits that their kind declares: texts cleaned and cut, lists not too long.

    A value of another type, or a property that the kind does not have, is a mistake of the code, not of the data: it
    stays, so that it is found.
    """
    cleaned = {
        name: _clean_value(declared[name].schema, value) if name in declared else value
        for name, value in props.items()
    }
    return _small(cleaned)


def _clean_value(schema: Mapping[str, Any], value: object) -> object:
    if isinstance(value, str):
        return clean_text(value, schema.get("maxLength"))
    if isinstance(value, list) and schema["type"] == "array":
        return [_clean_value(schema["items"], each) for each in value[: schema["maxItems"]]]
    return value


def _small(props: Props) -> Props:
    """Not larger than a row may be: the longest list gives way first."""
    while size(props) > MAX_BYTES:
        lists = [name for name, value in props.items() if isinstance(value, list) and value]
        if not lists:
            return props
        longest = max(lists, key=lambda name: len(str(props[name])))
        props = {**props, longest: props[longest][: len(props[longest]) // 2]}
    return props


def size(props: Props) -> int:
    """Bytes as JSON; 0 for what is no JSON, which :func:`checked` refuses."""
    try:
        return len(json.dumps(props, ensure_ascii=False).encode())
    except (TypeError, ValueError):
        return 0
