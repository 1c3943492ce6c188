"""Use cases and pages that no test mentions, and nouns without tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from flask import Flask

from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.db import make_engine
from tests.rules.ratchet import Found, hold, rule
from tests.rules.source import HOLE, Source, constant, place, sources

KINDS = ("use_cases", "queries", "views", "staff_views")
NO_DOMAIN = {"cli", "foundation", "importing", "models", "running", "verifying", "web", "worker"}
PROBES = {"static", "health.livez", "health.readyz"}


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


@cache
def used_by_use_cases() -> frozenset[str]:
    """What use cases mention of each other: parts of a whole that is tested as one."""
    return frozenset(
        chain.from_iterable(
            mentioned(source)
            for source in sources("portal")
            if "use_cases" in place(source.name)
        )
    )


@cache
def used_by_tested_views() -> frozenset[str]:
    """What the views behind the addresses that page tests send something to mention."""
    sent = set().union(*(addresses(source, posted=True) for source in sources("tests/pages")))
    views: dict[str, set[str]] = {}
    for address, endpoint in routes():
        if is_fetched(address, sent):
            view = app().view_functions[endpoint]
            views.setdefault(view.__module__, set()).add(view.__name__)
    return frozenset(
        chain.from_iterable(
            mentioned(source, within=closure(source, views[module]))
            for source in sources("portal")
            if (module := ".".join(("portal", *place(source.name)))) in views
        )
    )


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


@rule(
    "use_cases_without_test",
    todo="a public use case that no test of its domain calls, neither itself nor through the view that a page test "
    "sends to. Write one (tests/domain), or make the function private",
)
def use_cases_without_test() -> Found:
    found = {}
    for source in sources("portal"):
        module = place(source.name)
        if "use_cases" not in module:
            continue
        tests = list(mentions())
        if noun_of(source.name):
            tests = [test for test in tests if is_of_domain(test, module[0])]
        reached = used_by_use_cases().union(used_by_tested_views(), *(mentions()[test] for test in tests))
        for function in source.public():
            if ".".join(("portal", *module, function)) not in reached:
                found[f"{source.name}: {function}"] = 1
    return found


def test_every_use_case_is_called_by_a_test_of_its_domain() -> None:
    """Seen failing with a public function added to a file of use cases."""
    hold("use_cases_without_test")


@rule(
    "nouns_without_test",
    todo="a noun without tests. Name them tests/<kind>/<domain>/test_<noun>….py",
)
def nouns_without_test() -> Found:
    nouns = {noun for source in sources("portal") if (noun := noun_of(source.name))}
    tests = [test for test in mentions() if "/test_" in test]
    return {
        f"portal/{domain}/{noun}": 1
        for domain, noun in nouns
        if not any(is_of_noun(test, domain, noun) for test in tests)
    }


def test_every_noun_has_tests() -> None:
    """Seen failing with ``portal/orders/lists/queries.py`` added."""
    hold("nouns_without_test")


def test_a_noun_knows_its_tests() -> None:
    """Seen failing when any name that begins like the noun was taken."""
    assert noun_of("portal/billing/disputes/use_cases.py") == ("billing", "disputes")
    assert noun_of("portal/billing/payments/use_cases/opening.py") == ("billing", "payments")
    assert noun_of("portal/billing/use_cases/disputes.py") is None
    assert noun_of("portal/billing/models/payments.py") is None
    assert is_of_noun("tests/domain/billing/test_tax_shares.py", "billing", "tax")
    assert is_of_noun("tests/pages/billing/tax/test_pages.py", "billing", "tax")
    assert not is_of_noun("tests/domain/billing/test_taxis.py", "billing", "tax")
    assert not is_of_noun("tests/domain/orders/test_tax.py", "billing", "tax")


@cache
def app() -> Flask:
    """The application without a database: only its URL map is looked at."""
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        secret_key="nothing-is-signed-here-" + "x" * 20,
        var_dir=Path("var"),
        environment="development",
        public_url="http://localhost",
        seller_name="Test Coatings",
        log_format="text",
    )
    return create_app(settings, make_engine(settings))


def routes(*methods: str) -> list[tuple[str, str]]:
    """Addresses with their endpoints; only those that take one of these methods, if any are given."""
    return [
        (rule.rule, rule.endpoint)
        for rule in app().url_map.iter_rules()
        if rule.endpoint not in PROBES and (not methods or set(methods) & (rule.methods or set()))
    ]


def addresses(source: Source, *, posted: bool = False) -> set[str]:
    """Addresses that a page test goes to: strings that begin like one and are not only compared with an answer.

    :param posted: those that forms are sent to as well.
    """
    aside = {
        id(part)
        for _, node in source.scoped
        if isinstance(node, ast.Compare)
        for part in (node.left, *node.comparators)
    }
    calls = {"startswith", "endswith"} if posted else {"startswith", "endswith", "post"}
    aside |= {
        id(node.args[0])
        for _, node in source.scoped
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in calls
    }
    texts = (constant(node) for _, node in source.scoped if id(node) not in aside)
    return {text.partition("?")[0].partition("#")[0] for text in texts if text and text.startswith("/")}


def is_fetched(address: str, fetched: set[str]) -> bool:
    """Whether one of the addresses leads to this rule of the URL map."""
    parts = re.split(r"<[^<>]*>", address)
    pattern = re.compile("[^/]+".join(re.escape(part) for part in parts))
    return any(pattern.fullmatch(each.replace(HOLE, "1")) for each in fetched)


@rule(
    "pages_without_test",
    todo="a page that no page test fetches. Write one in tests/pages: client.get(…) checks its HTML as well",
)
def pages_without_test() -> Found:
    fetched = set().union(*(addresses(source) for source in sources("tests/pages")))
    return {address: 1 for address, _ in routes("GET") if not is_fetched(address, fetched)}


def test_every_page_is_fetched_by_a_page_test() -> None:
    """Seen failing with a GET route added to a blueprint."""
    hold("pages_without_test")
