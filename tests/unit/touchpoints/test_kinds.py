"""The catalogue of touchpoints, its documentation, and what the code records agree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.touchpoints.describing import COLUMNS, with_tables
from portal.touchpoints.kind import STAGES, TASKS
from portal.touchpoints.kinds import FACTS, GROUPS, KINDS, kind_of
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.properties import PROPS
from portal.touchpoints.recording import LINKS
from portal.touchpoints.validity import checked
from portal.touchpoints.writing import COLUMNS as WRITTEN

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "touchpoints.md"


def test_the_documentation_is_the_catalogue() -> None:
    text = PAGE.read_text()
    assert with_tables(text) == text, "run: python -m portal.touchpoints.describing docs/touchpoints.md"
    for name in KINDS:
        assert f"| `{name}` |" in text


def test_every_column_is_described_and_written() -> None:
    columns = {column.name for column in Touchpoint.__table__.columns}
    assert set(COLUMNS) == columns
    assert set(WRITTEN) | {"xid", "recorded_us", "session_seq"} == columns
    assert columns >= LINKS


def test_names_are_unique_and_stages_known() -> None:
    kinds = [kind for group in GROUPS.values() for kind in group]
    assert len(kinds) == len(KINDS) >= 70
    for kind in kinds:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.name)
        assert kind.stage in STAGES
        assert kind.task is None or kind.task in TASKS
        assert not (kind.sample and kind.fact)
        assert kind.schema["additionalProperties"] is False


def test_every_property_is_used() -> None:
    assert set(PROPS) == {name for kind in KINDS.values() for name in kind.props}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_schema_compiles_and_refuses_what_it_does_not_list(name: str) -> None:
    assert checked(name, {}) == ({}, None)
    assert checked(name, {"not_listed": 1})[1] is not None
    assert checked(name, dict.fromkeys(kind_of(name).props))[1] is None


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every Event("…") and viewed("…") in the code whose name stands there as a text."""
    for path in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if (
                called in {"Event", "viewed"}
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", called, node


def test_the_code_records_nothing_that_the_catalogue_does_not_know() -> None:
    wrong = []
    for where, called, call in _calls():
        name = call.args[0].value  # type: ignore[attr-defined]
        if name not in KINDS:
            wrong.append(f"{where}: no kind {name}")
            continue
        given = {k.arg: k.value for k in call.keywords}
        if called == "viewed" and name in FACTS and "key" not in given:
            wrong.append(f"{where}: {name} is a fact; record it in the use case")
        for part, known in (("props", set(KINDS[name].props)), ("links", LINKS)):
            value = given.get(part)
            if isinstance(value, ast.Dict):
                keys = {k.value for k in value.keys if isinstance(k, ast.Constant)}
                wrong += [f"{where}: {name} has no {part} {key}" for key in sorted(keys - known)]
    assert not wrong, "\n".join(wrong)
