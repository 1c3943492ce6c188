"""The part of Stripe's own description that the sandbox speaks, and what it says of one request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

REF = "#/components/schemas/"


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the schemas of what it takes and gives."""

    name: str
    pattern: re.Pattern[str]
    request: dict[str, Any]
    answer: dict[str, Any]


@cache
def specification() -> dict[str, Any]:
    """The cut-down file."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("spec.json").read_text())
    return loaded


@cache
def operations() -> tuple[Operation, ...]:
    """All operations, those with fixed paths before those with an id in the same place."""
    found = []
    for path, methods in specification()["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", r"([^/]+)", path))
        for method, schemas in methods.items():
            name = f"{method.upper()} {path}"
            found.append(Operation(name, pattern, schemas["request"], schemas["answer"]))
    return tuple(sorted(found, key=lambda operation: operation.name.count("{")))


def find(method: str, path: str) -> tuple[Operation, tuple[str, ...]] | None:
    """The operation for a request, and the ids in its path."""
    for operation in operations():
        matched = operation.pattern.fullmatch(path)
        if matched and operation.name.startswith(f"{method} "):
            return operation, matched.groups()
    return None


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = specification()["components"]["schemas"][schema["$ref"].removeprefix(REF)]
    return found


def object_schema(kind: str) -> dict[str, Any]:
    """The schema of objects whose ``object`` field says kind."""
    return resolve({"$ref": f"{REF}{kind}"})
