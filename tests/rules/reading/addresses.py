"""The addresses of the portal, and those that tests go to."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from flask import Flask

from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.db import make_engine
from tests.rules.reading.source import HOLE, Source, constant

PROBES = {"static", "health.livez", "health.readyz"}


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
    return {
        text.partition("?")[0].partition("#")[0]
        for text in texts
        if text and text.startswith(("/", f"{HOLE}/"))
    }


def reached(rules: list[str], sent: set[str]) -> set[str]:
    """Rules of the URL map that the addresses lead to.

    An address whose beginning is filled in, as ``{page}/returns``, counts if only one rule ends like it.
    """
    found = set()
    for address in sent:
        if address.startswith("/"):
            found |= {each for each in rules if re.fullmatch(pattern(each), address.replace(HOLE, "1"))}
        else:
            end = address.removeprefix(HOLE)
            ends = [each for each in rules if re.search(rf"[^/]{pattern(end)}$", each)]
            found |= set(ends) if len(ends) == 1 else set()
    return found


def pattern(address: str) -> str:
    """A regular expression for a rule of the URL map."""
    return "[^/]+".join(re.escape(part) for part in re.split(r"<[^<>]*>", address))
