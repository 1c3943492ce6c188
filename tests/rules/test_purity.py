"""A file that is of no kind holds a rule: values in, values out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.nouns import DOMAINS, KINDS
from tests.rules.reading.source import Source, place, sources

# Kinds that only a domain's ground floor has: its tables and its blueprints.
GROUND_FLOOR = {"models", "pages"}
# Exchange reads and writes files of other systems, step by step; its rules are those of the domains.
WITH_RULES = {*DOMAINS, "touchpoints"} - {"exchange"}
FOREIGN = re.compile(
    r"(sqlalchemy|psycopg|flask|werkzeug|wtforms|jinja2|stripe)\b|portal\.web\b|portal\.foundation\.(db|jobs|mail)\b"
    r"|portal(\.\w+){1,2}\.(models|queries|use_cases|letters|jobs|forms|page|views|staff_views)\b"
)


def imports(source: Source) -> Iterator[str]:
    """Modules and names that a file imports when it is loaded, those for type checkers aside."""
    for node in _loaded(source.tree.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _loaded(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements at the top, and those of conditions that hold at run time."""
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _loaded(getattr(node, "body", []))


def is_rule(name: str) -> bool:
    """Whether a file of a domain is of no other kind than a rule, by its place; ``board_page.py`` is a page."""
    parts = place(name)
    if name.endswith("__init__.py") or parts[0] not in WITH_RULES or parts[-1].endswith("_page"):
        return False
    kinds = (*KINDS, "models")
    kind = parts[1] if len(parts) == 2 else next((part for part in parts[1:] if part in kinds), "rules")
    return kind == "rules" or kind not in (*KINDS, *GROUND_FLOOR)


@rule(
    "impure_rules",
    todo="a file that is of no kind (queries, use_cases, page…) holds a rule, and a rule never looks at tables, "
    "sessions or HTTP. Move what does into the file of its kind, or list the file with the reason",
)
def impure_rules() -> Found:
    looked = {source.name: any(map(FOREIGN.match, imports(source))) for source in sources("portal")}
    return {name: 1 for name, impure in looked.items() if impure and is_rule(name)}


def test_rules_are_pure() -> None:
    """Seen failing with ``from sqlalchemy import text`` in ``portal/orders/parts.py`` and in ``billing/terms/due.py``."""
    hold("impure_rules")


def test_a_rule_is_known_by_its_place() -> None:
    """Seen failing with the rules of nouns left out, and with a folder of views taken for rules."""
    assert is_rule("portal/orders/parts.py")
    assert is_rule("portal/billing/terms/due.py")
    assert is_rule("portal/billing/tax/rules.py")
    assert not is_rule("portal/billing/payments/views/pay.py")
    assert not is_rule("portal/billing/models/payments.py")
    assert not is_rule("portal/orders/pages.py")
    assert not is_rule("portal/web/touch.py")
