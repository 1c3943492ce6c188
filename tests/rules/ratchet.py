"""Rules with a list of today's exceptions that can only get shorter.

A rule finds what breaks it, as ``path`` or ``path: name`` with how often. ``exceptions.toml`` lists what is known:
``key = "reason"``, or ``key = number`` where the whole rule has one reason (``"*"``). What is not listed fails, and
so does a line that is no longer true: then ``python -m tests.rules.shrink`` removes it. Nothing adds a line but a
person who writes down why.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "exceptions.toml"
WHY = "*"  # the key of the reason that a whole rule has
Found = Mapping[str, int]


@dataclass(frozen=True)
class Rule:
    """:ivar todo: what to do about something new."""

    name: str
    todo: str
    find: Callable[[], Found]


RULES: dict[str, Rule] = {}


def rule(name: str, *, todo: str) -> Callable[[Callable[[], Found]], Callable[[], Found]]:
    """Register a function that finds what breaks a rule."""

    def register(find: Callable[[], Found]) -> Callable[[], Found]:
        RULES[name] = Rule(name, todo, find)
        return find

    return register


@cache
def exceptions() -> dict[str, dict[str, str | int]]:
    """What ``exceptions.toml`` says."""
    return tomllib.loads(FILE.read_text())


def compare(found: Found, listed: Mapping[str, str | int]) -> tuple[list[str], list[str]]:
    """What is not listed, and what is listed though it is no longer so."""
    known = {key: value for key, value in listed.items() if key != WHY}
    new = [f"{key} ({count})" for key, count in sorted(found.items()) if count > _allowed(known, key)]
    gone = [
        f"{key}: {value if isinstance(value, int) else 1} → {found.get(key, 0)}"
        for key, value in sorted(known.items())
        if found.get(key, 0) < (value if isinstance(value, int) else 1)
    ]
    return new, gone


def _allowed(known: Mapping[str, str | int], key: str) -> float:
    value = known.get(key, 0)
    return value if isinstance(value, int) else float("inf")


def hold(name: str) -> None:
    """Assert that a rule finds exactly what ``exceptions.toml`` lists."""
    held = RULES[name]
    new, gone = compare(held.find(), exceptions().get(name, {}))
    lines = []
    if new:
        lines += [f"{name}: {held.todo}", *(f"  new: {line}" for line in new)]
    if gone:
        lines += [
            f"{name}: better than exceptions.toml says; run python -m tests.rules.shrink",
            *(f"  gone: {line}" for line in gone),
        ]
    assert not lines, "\n" + "\n".join(lines)
