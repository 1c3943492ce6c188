"""Where nouns lie: ``portal/<domain>/<noun>/<kind>.py`` and ``tests/<kind>/<domain>/test_<noun>….py``."""

from __future__ import annotations

from functools import cache

from tests.rules.reading.source import place, sources

# Lowest first: a package may name its own tables and import its own modules, and those of packages before it.
FLOORS = (
    "foundation",
    "places",
    "intake",
    "touchpoints",
    "web",
    "accounts",
    "catalog",
    "stores",
    "billing",
    "orders",
)
# Above all domains.
ABOVE = {"app", "cli", "desk", "exchange", "models", "running", "verification", "worker"}
DOMAINS = ("accounts", "catalog", "stores", "billing", "orders", "desk", "exchange")
# The kinds of files of a noun, each one file or a folder of that name.
KINDS = (
    "rules",
    "queries",
    "use_cases",
    "facts",
    "letters",
    "jobs",
    "attachments",
    "checks",
    "files",
    "forms",
    "page",
    "words",
    "views",
    "staff_views",
)
# Folders that hold tests of several nouns; the file's name says which.
GROUPS = {
    *(f"tests/domain/billing/{group}" for group in ("credit", "documents", "money")),
    *(f"tests/pages/billing/{group}" for group in ("credit", "documents")),
}
Noun = tuple[str, str]


def noun_of(name: str) -> Noun | None:
    """Domain and noun of ``portal/<domain>/<noun>/…``; None for a domain's ground floor and for what is no domain."""
    parts = place(name)
    if len(parts) < 3 or parts[0] not in DOMAINS or parts[1] == "models":
        return None
    return parts[0], parts[1]


@cache
def nouns() -> frozenset[Noun]:
    """Every noun of every domain."""
    return frozenset(noun for source in sources("portal") if (noun := noun_of(source.name)))


def noun_of_test(test: str) -> Noun | None:
    """The noun that ``tests/<kind>/<domain>/test_<noun>….py`` or a file in ``tests/<kind>/<domain>/<noun>/`` tests.

    ``test_credit_memos.py`` is of ``credit_memos``, not of ``credit``.
    """
    parts = test.split("/")
    if len(parts) < 4:
        return None
    domain, folders, file = parts[2], parts[3:-1], parts[-1]
    if folders and "/".join(parts[:4]) not in GROUPS:
        return (domain, folders[0]) if (domain, folders[0]) in nouns() else None
    about = file.removeprefix("test_").removesuffix(".py") + "_"
    fitting = [noun for where, noun in nouns() if where == domain and about.startswith(f"{noun}_")]
    return (domain, max(fitting, key=len)) if fitting and file.startswith("test_") else None
