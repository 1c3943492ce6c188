"""Where code may be and how long a file may get."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.rules.reading.source import ROOT, place, sources, tracked

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "misc", "stuff", "tools"}
LONGEST = 300
LONGEST_TEST = 450
CODE = ("portal", "sandbox", "bench", "migrations", "tests", "static/js", "static/css", "templates")


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
