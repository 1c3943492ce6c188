"""Every use case that writes leaves a touchpoint of who did it, or is listed with the reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.source import Function, Source, kind_of, sources

CALLERS = ("views", "staff_views", "page", "jobs")
# A session's own methods and SQLAlchemy's statements; a model's attribute that is set is a write, too.
WRITES = {"add", "add_all", "delete", "insert", "update"}
SQL = re.compile(r"\b(insert into|update \w+ |delete from)", re.IGNORECASE)
RECORDS = re.compile(r"record(_\w+)?$")
# What follows from an act is recorded for itself, and says nothing of the act.
CONSEQUENCES = {"end_delegations", "end_sessions", "end_session_of_token"}
Name = tuple[str, str]  # module, function


@cache
def functions() -> Mapping[Name, tuple[Source, Function]]:
    """Every function at the top of a module of the portal."""
    return {
        (_module(source), node.name): (source, node)
        for source in sources("portal")
        for node in source.tree.body
        if isinstance(node, Function)
    }


def _module(source: Source) -> str:
    return source.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def imported(source: Source) -> Mapping[str, Name]:
    """What the names that a module imports stand for."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def texts(source: Source) -> frozenset[str]:
    """Names of constants of a module that hold SQL which writes."""
    return frozenset(
        target.id
        for node in source.tree.body
        if isinstance(node, ast.Assign) and SQL.search(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def does(name: Name) -> tuple[bool, bool]:
    """Whether a function writes, and whether it records, itself or through what it calls."""
    seen: set[Name] = set()
    writes = records = False
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each in seen or each not in functions():
            continue
        seen.add(each)
        source, node = functions()[each]
        writes, records = writes or _writes(source, node), records or _records(node)
        waiting += _called(source, node)
    return writes, records


def _called(source: Source, node: Function) -> Iterator[Name]:
    known = imported(source)
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id not in CONSEQUENCES:
            yield known.get(each.id, (_module(source), each.id))


def _records(node: Function) -> bool:
    return any(
        isinstance(each, ast.Call) and RECORDS.match(ast.unparse(each.func).rpartition(".")[2])
        for each in ast.walk(node)
    )


def _writes(source: Source, node: Function) -> bool:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and ast.unparse(each.func).rpartition(".")[2] in WRITES:
            return True
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            return True
        if isinstance(each, ast.Name) and each.id in texts(source):
            return True
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and SQL.search(each.value):
            return True
    return False


def entrances() -> set[Name]:
    """Use cases that a page or the worker calls."""
    return {
        name
        for source in sources("portal")
        if kind_of(source.name, CALLERS)
        for name in imported(source).values()
        if "use_cases" in name[0] and name in functions() and not name[1].startswith("_")
    }


@rule(
    "silent_acts",
    todo="a use case that writes records a touchpoint: who did what for which company, with the values before and after. "
    "Record it in the noun's facts.py, or list it with the reason",
)
def silent_acts() -> Found:
    found = {}
    for module, function in entrances():
        writes, records = does((module, function))
        if writes and not records:
            found[f"{module.replace('.', '/')}.py: {function}"] = 1
    return found


def test_every_act_is_recorded() -> None:
    """Seen failing for assigning and unassigning a company, locking and unlocking staff, consent to acting, passwords,
    jobs, a withdrawn request for approval and an application taken back."""
    hold("silent_acts")
