"""Says where an answer differs from Stripe's description. Stricter than it: a field it does not name is wrong, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.stripe.openapi import resolve

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def problems(schema: dict[str, Any], value: Any, path: str = "answer") -> Iterator[str]:
    """One sentence for each difference."""
    nullable = schema.get("nullable", False)
    schema = resolve(schema)
    if value is None:
        if not (nullable or schema.get("nullable")):
            yield f"{path} is null"
    elif "anyOf" in schema:
        yield from _nearest(schema["anyOf"], value, path)
    else:
        yield from _plain(schema, value, path)


def _nearest(options: list[dict[str, Any]], value: Any, path: str) -> Iterator[str]:
    """Nothing when one option fits; else what is wrong with the one that fits best."""
    found = sorted((list(problems(option, value, path)) for option in options), key=len)
    yield from found[0] if found else ()


def _plain(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    kind = schema.get("type")
    if kind in TYPES and (
        not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind in {"integer", "number"})
    ):
        yield f"{path} is {type(value).__name__}, not {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is {value!r}, which is not in its list"
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from problems(schema.get("items", {}), inner, f"{path}[{place}]")
    if isinstance(value, dict):
        yield from _fields(schema, value, path)


def _fields(schema: dict[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    properties = schema.get("properties")
    others = schema.get("additionalProperties")
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}.{name} is missing"
    for name, inner in value.items():
        if properties and name in properties:
            yield from problems(properties[name], inner, f"{path}.{name}")
        elif isinstance(others, dict):
            yield from problems(others, inner, f"{path}.{name}")
        elif properties:
            yield f"{path}.{name} is not a field of it"
