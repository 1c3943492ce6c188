"""The door of the log: whatever comes from outside (addresses, headers, forms, scripts of browsers) fits the kind's own
limits before it is written. The log is append-only: what is wrong in it stays wrong."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from portal.touchpoints.kind import Props
from portal.touchpoints.prop import Prop

MAX_BYTES = 8192
# Control characters, halves of surrogate pairs, unassigned code points; and what turns the direction of a line.
_UNWANTED = frozenset({"Cc", "Cs", "Cn"})
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean_text(text: str, length: int | None = None) -> str:
    """``text`` as PostgreSQL, JSON and people's terminals can take it, cut at ``length`` characters."""
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_clean_character, text))
    return text if length is None else text[:length]


def _clean_character(char: str) -> str:
    if char in _TURNS:
        return ""
    category = unicodedata.category(char)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    return " " if category in _UNWANTED or char in "\u2028\u2029" else char


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
    """Bytes as JSON; 0 for what is no JSON, which :mod:`portal.touchpoints.validity` refuses."""
    try:
        return len(json.dumps(props, ensure_ascii=False).encode())
    except (TypeError, ValueError):
        return 0
