"""Checks parameters as Stripe does, and turns the form's strings into numbers and truth values."""

from __future__ import annotations

import re
from typing import Any

from sandbox.stripe.openapi import resolve
from sandbox.stripe.wire.errors import ApiError, invalid

WHOLE = re.compile(r"-?\d{1,18}")


def check(schema: dict[str, Any], value: Any, path: str = "") -> Any:
    """The value in the schema's types.

    :raises ApiError: for an unknown, missing or malformed parameter, naming it.
    """
    schema = resolve(schema)
    if "anyOf" in schema:
        return _any(schema["anyOf"], value, path)
    if value == "" and not _takes_empty(schema):
        raise invalid(
            f"You passed an empty string for '{path}'. An empty value means to unset a parameter; '{path}' "
            "cannot be unset. Leave it out or give it a value.",
            param=path,
            code="parameter_invalid_empty",
        )
    kind = schema.get("type", "string")
    if kind == "object":
        return _object(schema, value, path)
    return _array(schema, value, path) if kind == "array" else _scalar(schema, value, path)


def _any(options: list[dict[str, Any]], value: Any, path: str) -> Any:
    failure: ApiError | None = None
    for option in options:
        try:
            return check(option, value, path)
        except ApiError as error:
            failure = failure if failure and _shape(option) != _shape_of(value) else error
    assert failure is not None
    raise failure


def _shape(schema: dict[str, Any]) -> str:
    kind = str(resolve(schema).get("type", "string"))
    return kind if kind in {"object", "array"} else "string"


def _shape_of(value: Any) -> str:
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"


def _takes_empty(schema: dict[str, Any]) -> bool:
    return "" in schema.get("enum", [])


def _object(schema: dict[str, Any], value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f"Invalid object: {path or 'the request'}", param=path, code="parameter_invalid_object")
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    checked: dict[str, Any] = {}
    for name, inner in value.items():
        where = f"{path}[{name}]" if path else name
        if name in properties:
            checked[name] = check(properties[name], inner, where)
        elif isinstance(others, dict):
            checked[name] = inner if inner == "" else check(others, inner, where)
        else:
            raise invalid(
                f"Received unknown parameter: {where} (or one that this sandbox does not know)",
                param=where,
                code="parameter_unknown",
            )
    for name in schema.get("required", []):
        if name not in value:
            where = f"{path}[{name}]" if path else name
            raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    return checked


def _array(schema: dict[str, Any], value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(f"Invalid array: {path}", param=path, code="parameter_invalid_array")
    return [check(schema["items"], inner, f"{path}[{place}]") for place, inner in enumerate(value)]


def _scalar(schema: dict[str, Any], value: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {path} takes one value", param=path, code="parameter_invalid_string")
    kind = schema.get("type")
    if kind == "integer":
        if not WHOLE.fullmatch(value):
            raise invalid(f"Invalid integer: {value}", param=path, code="parameter_invalid_integer")
        return int(value)
    if kind == "boolean":
        if value not in {"true", "false"}:
            raise invalid(f"Invalid boolean: {value}", param=path)
        return value == "true"
    return _text(schema, value, path)


def _text(schema: dict[str, Any], value: str, path: str) -> str:
    if "enum" in schema and value not in schema["enum"]:
        allowed = ", ".join(str(choice) for choice in schema["enum"][:8])
        raise invalid(f"Invalid {path}: must be one of {allowed}, not {value}", param=path)
    longest = schema.get("maxLength")
    if longest is not None and len(value) > longest:
        raise invalid(
            f"Invalid string: {value[:20]}…; must be at most {longest} characters",
            param=path,
            code="parameter_invalid_string_length",
        )
    return value
