"""What a file uses of the portal, by the dotted names of the places where it is defined."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tests.rules.reading.source import Source, place, sources


def local_names(source: Source) -> dict[str, str]:
    """What the names that a file imports from the portal stand for, as dotted names."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for _, node in source.scoped
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("portal")
        for alias in node.names
    }


@cache
def handed_on() -> dict[str, str]:
    """Dotted names under which modules hand on what they import themselves."""
    return {
        ".".join(("portal", *place(source.name), name)): target
        for source in sources("portal")
        for name, target in local_names(source).items()
    }


def origin(name: str) -> str:
    """The dotted name of the place where something is defined."""
    seen = {name}
    while (further := handed_on().get(name)) and further not in seen:
        seen.add(name := further)
    return name


def mentioned(source: Source, *, within: set[str] | None = None) -> Iterator[str]:
    """Dotted names of what a file uses of the portal.

    :param within: functions to look into; the whole file when not given.
    """
    local = local_names(source)
    for scope, node in source.scoped:
        if within is not None and scope.partition(".")[0] not in within:
            continue
        if isinstance(node, ast.Name) and node.id in local:
            yield origin(local[node.id])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in local:
            yield origin(f"{origin(local[node.value.id])}.{node.attr}")


@cache
def mentions() -> dict[str, frozenset[str]]:
    """What each file below ``tests/`` mentions of the portal."""
    return {source.name: frozenset(mentioned(source)) for source in sources("tests")}


def closure(source: Source, functions: set[str]) -> set[str]:
    """Functions of a file, and those of the same file that they name."""
    named = {
        name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for name, node in source.functions
    }
    reached: set[str] = set()
    ahead = set(functions)
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead |= (named.get(name, set()) & named.keys()) - reached
    return reached
