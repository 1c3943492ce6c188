"""Where code may be and how long a file may get."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.rules.reading.source import ROOT, place, sources, tracked

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "misc", "stuff", "tools"}
LONGEST = 300
LONGEST_TEST = 450
CODE = ("portal", "sandbox", "bench", "migrations", "tests", "static/js", "static/css", "templates")
DOMAINS = ("touchpoints", "accounts", "catalog", "stores", "billing", "orders")
# The kinds of files of a domain; every other one is a pure rule: values in, values out.
KINDS = {"models", "use_cases", "queries", "forms", "views", "staff_views", "emails"}


def test_no_file_is_named_for_nothing() -> None:
    named = [str(p.relative_to(ROOT)) for p in tracked(*CODE) if p.stem.lower() in FORBIDDEN]
    assert named == []


def test_no_file_is_too_long() -> None:
    long = {}
    for path in tracked(*CODE):
        if path.suffix in {".py", ".js", ".css", ".html", ".j2"} and not generated(path):
            lines = len(path.read_text().splitlines())
            if lines > (LONGEST_TEST if "tests" in path.parts else LONGEST):
                long[str(path.relative_to(ROOT))] = lines
    assert long == {}, "too long; split by noun"


def generated(path: Path) -> bool:
    """Written by a program, or shows everything there is on purpose."""
    return "vendor" in path.parts or path.parent.name == "versions" or path.name == "styleguide.html"


def test_no_work_is_left_as_a_note() -> None:
    note = re.compile(r"\b({}DO|FIX{}|X{}|HA{})\b".format("TO", "ME", "XX", "CK"))
    left = [
        str(p.relative_to(ROOT))
        for p in tracked()
        if p.suffix in {".py", ".js", ".css", ".html"} and not generated(p) and note.search(p.read_text())
    ]
    assert left == []


def imports(path: Path) -> set[str]:
    """Modules that a file imports when it is loaded, those for type checkers aside."""
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for node in _loaded(tree.body):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _loaded(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements at the top, and those of conditions that hold at run time."""
    flat: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        flat.append(node)
        flat += _loaded(getattr(node, "body", []))
    return flat


@pytest.mark.parametrize("domain", DOMAINS)
def test_rules_are_pure(domain: str) -> None:
    """A file that is of no kind holds a rule; it may look at other rules, never at tables, sessions or HTTP."""
    impure: dict[str, list[str]] = {}
    folder = ROOT / "portal" / domain
    for path in folder.glob("*.py"):
        kind = path.stem.partition("_")[0] if path.stem.startswith("forms") else path.stem
        if kind in KINDS or kind == "__init__" or kind in NOT_RULES.get(domain, set()):
            continue
        wrong = [name for name in imports(path) if FOREIGN.match(name)]
        if wrong:
            impure[path.name] = wrong
    assert impure == {}


FOREIGN = re.compile(
    r"(sqlalchemy|psycopg|flask|werkzeug|wtforms|jinja2|stripe)\b|portal\.web\b|portal\.foundation\.(db|jobs|mail)\b"
    r"|portal\.\w+\.(models|queries|use_cases|views|staff_views)\b"
)
# Files that are neither a rule nor of a common kind: what they do with tables is their purpose.
NOT_RULES: dict[str, set[str]] = {
    "touchpoints": {"describing", "export_files", "exporting", "interaction", "recording", "writing"},
    "accounts": {"actors", "sight"},
    "billing": {"stripe_api"},
}


def test_use_cases_take_the_session_first() -> None:
    """``use_case(session, *, …)``: who calls can see at a glance what is written where."""
    wrong = []
    for source in sources("portal"):
        if "use_cases" in place(source.name):
            for node in source.tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    names = [
                        each.arg for each in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                    ]
                    if "session" in names[1:] or not ast.get_docstring(node):
                        wrong.append(f"{source.name}: {node.name}")
    assert wrong == []


def test_money_is_never_a_float() -> None:
    """No float() and no float literal beside a name of money."""
    wrong = []
    for path in tracked("portal"):
        if path.suffix == ".py":
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(r"\b(price|minor|total|money)\w*\s*[*/+-]?=\s*(float\(|\d+\.\d)", line):
                    wrong.append(f"{path.relative_to(ROOT)}:{number}")
    assert wrong == []


def test_nobody_but_the_clock_reads_the_clock() -> None:
    """``now`` is passed in, so that a test can say what time it is."""
    clocks = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(")
    readers = {
        str(path.relative_to(ROOT))
        for path in tracked("portal")
        if path.suffix == ".py" and clocks.search(path.read_text())
    }
    assert readers <= {"portal/foundation/clock.py"}, readers


def test_every_token_that_a_style_uses_is_defined() -> None:
    """A browser says nothing of a name that does not exist. Seen failing with ``var(--space-4)``."""
    styles = "\n".join(path.read_text() for path in (ROOT / "static" / "css").rglob("*.css"))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", styles))
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", styles))
    assert used - defined == set()
