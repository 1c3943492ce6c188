"""What belongs in one place only: kinds of actors, transactions of their own, names, third parties."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import metadata

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.source import ROOT, Source, place, relative, sources

MAY_ASK_KIND = {"accounts", "touchpoints"}


def actor_names(source: Source) -> set[str]:
    """Names that hold an actor in a file: parameters of that type, and what ``actor()`` or ``….actor`` gave."""
    names = {"actor"}
    for _, node in source.scoped:
        if isinstance(node, ast.arg) and node.annotation and "Actor" in ast.unparse(node.annotation):
            names.add(node.arg)
        if isinstance(node, ast.Assign) and re.search(r"\bactor(\(\))?$", ast.unparse(node.value)):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def kinds_compared(source: Source) -> Iterator[str]:
    """Functions that compare the kind of an actor."""
    names = actor_names(source)
    for scope, node in source.scoped:
        if isinstance(node, ast.Compare | ast.Match):
            sides = [node.subject] if isinstance(node, ast.Match) else [node.left, *node.comparators]
            for side in sides:
                if isinstance(side, ast.Attribute) and side.attr == "kind":
                    held = ast.unparse(side.value).removesuffix("()").split(".")[-1]
                    if held in names:
                        yield f"{source.name}: {scope}"


@rule(
    "actor_kind",
    todo="only accounts and touchpoints compare the kind of an actor. Ask for a permission (actor.can) or for what "
    "the actor may see, so that a new kind of actor is one edit",
)
def comparisons_of_kinds() -> Found:
    return Counter(
        found
        for source in sources("portal")
        if place(source.name)[:1] not in [(package,) for package in MAY_ASK_KIND]
        for found in kinds_compared(source)
    )


def test_only_accounts_and_touchpoints_ask_what_kind_an_actor_is() -> None:
    """Seen failing with ``actor().kind == "admin"`` in a view of stores, and with ``me.kind in {…}`` of an Actor."""
    hold("actor_kind")


@rule(
    "own_transaction",
    todo="a transaction of the portal's own is not limited to the customer's rows. Do the work in the request's "
    "transaction; where that cannot be, list the function with the reason",
)
def transactions_of_their_own() -> Found:
    return Counter(
        f"{source.name}: {scope}"
        for source in sources("portal")
        for scope, node in source.scoped
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "own_transaction"
    )


def test_transactions_of_their_own_are_listed() -> None:
    """Seen failing with ``with own_transaction()`` in one more view."""
    hold("own_transaction")


OURS = {"portal", "tests", "sandbox", "bench"}


@cache
def declared() -> frozenset[str]:
    """Distributions that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    return frozenset(normal(re.match(r"[\w.-]+", line)[0]) for line in lines)  # type: ignore[index]


def normal(distribution: str) -> str:
    """The name as registries compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def third_parties(source: Source) -> Iterator[str]:
    """Top-level names that a file imports and that are neither ours nor Python's."""
    for _, node in source.scoped:
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [node.module or ""]
        for module in modules:
            top = module.partition(".")[0]
            if top not in OURS and top not in sys.stdlib_module_names:
                yield top


def modules_of(distribution: str) -> set[str]:
    """Top-level modules of an installed distribution; none of one that is not installed."""
    try:
        files = metadata.distribution(distribution).files or []
    except metadata.PackageNotFoundError:
        return set()
    return {file.parts[0].removesuffix(".py") for file in files if file.suffix == ".py"}


@rule(
    "undeclared_imports",
    todo="an import that pyproject.toml does not declare works only while something else brings it. Declare it "
    "where it is used: dependencies, or the extra demo or dev",
)
def undeclared_imports() -> Found:
    found = Counter(module for source in sources(*sorted(OURS)) for module in third_parties(source))
    plain = {module for module in found if normal(module) in declared()}
    others = declared() - {normal(module) for module in plain}  # their modules have other names
    known = plain.union(*map(modules_of, others))
    return {module: count for module, count in found.items() if module not in known}


def test_every_import_is_declared() -> None:
    """Seen failing with ``import yaml`` in a test, and without ``rich`` in pyproject.toml."""
    hold("undeclared_imports")


# Nouns that end like a verb.
NOUNS = {
    "accounting",
    "billing",
    "housekeeping",
    "opening",
    "paging",
    "pricing",
    "recording",
    "string",
    "tracking",
    "wording",
}


@rule("gerunds", todo="modules are named by the field's noun (disputes, not contesting)")
def modules_named_for_doing() -> Found:
    files = [source.path for source in sources("portal")]
    named = {path for file in files for path in (file, *file.parents) if path.is_relative_to(ROOT / "portal")}
    return {relative(path): 1 for path in named if path.stem.endswith("ing") and path.stem not in NOUNS}


def test_no_module_is_named_for_doing_something() -> None:
    """Seen failing with ``portal/orders/use_cases/listing.py``."""
    hold("gerunds")


def public_functions(*kinds: str) -> dict[str, set[str]]:
    """Public functions in modules of these kinds, with the domains that they are in."""
    found: dict[str, set[str]] = {}
    for source in sources("portal"):
        parts = place(source.name)
        if set(parts) & set(kinds):
            for name in source.public():
                found.setdefault(name, set()).add(f"{parts[0]}")
    return found


@rule(
    "shared_names",
    todo="a view and a use case of one domain share a name, so a reader loses track of which one is called. Name the "
    "view show_…, edit_… or create_…, the use case verb and noun",
)
def names_of_views_and_use_cases() -> Found:
    use_cases = public_functions("use_cases")
    return Counter(
        f"{source.name}: {name}"
        for source in sources("portal")
        if {"views", "staff_views"} & set(place(source.name))
        for name in source.public()
        if place(source.name)[0] in use_cases.get(name, set())
    )


def test_a_view_and_a_use_case_never_share_a_name() -> None:
    """Seen failing with a view ``place_held`` beside the use case."""
    hold("shared_names")
