"""Where nouns lie: ``portal/<domain>/<noun>/<kind>.py`` and ``tests/<kind>/<domain>/test_<noun>….py``."""

from __future__ import annotations

import re

from tests.rules.reading.source import place

# Lowest first: a package may name its own tables and import its own modules, and those of packages before it.
FLOORS = ("foundation", "intake", "touchpoints", "web", "accounts", "catalog", "stores", "billing", "orders")
# Above all domains.
ABOVE = {"app", "cli", "desk", "exchange", "models", "running", "verification", "worker"}
KINDS = ("use_cases", "queries", "views", "staff_views")
NO_DOMAIN = {"cli", "foundation", "intake", "models", "running", "verification", "web", "worker"}


def noun_of(name: str) -> tuple[str, str] | None:
    """Domain and noun of ``portal/<domain>/<noun>/…``; no noun where the layers come first."""
    parts = place(name)
    if len(parts) < 3 or parts[0] in NO_DOMAIN or parts[1] in (*KINDS, "models"):
        return None
    return (parts[0], parts[1]) if any(kind in parts[2:] for kind in KINDS) else None


def is_of_domain(test: str, domain: str) -> bool:
    """Whether a test lies in ``tests/<kind>/<domain>/``."""
    return test.split("/")[2:3] == [domain]


def is_of_noun(test: str, domain: str, noun: str) -> bool:
    """Whether a test is ``tests/<kind>/<domain>/test_<noun>….py`` or lies in ``tests/<kind>/<domain>/<noun>/``."""
    if not is_of_domain(test, domain):
        return False
    rest = test.split("/")[3:]
    return rest[0] == noun or bool(re.match(rf"test_{noun}(_|\.py$)", rest[-1]))
