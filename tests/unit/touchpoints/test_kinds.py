"""The catalogue of touchpoints, its documentation, and what the code records agree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.touchpoints.insertion import COLUMNS as WRITTEN
from portal.touchpoints.kind import REGISTERED, Touch, fact
from portal.touchpoints.kinds import SECTIONS, kinds, section
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.properties import PROPS
from portal.touchpoints.recording import LINKS
from portal.touchpoints.reference import COLUMNS, with_tables
from portal.touchpoints.validity import checked
from portal.touchpoints.vocabulary import STAGES, TASKS

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "touchpoints.md"


def test_the_documentation_is_the_catalogue() -> None:
    text = PAGE.read_text()
    assert with_tables(text) == text, "run: python -m portal.touchpoints.reference docs/touchpoints.md"
    for name in kinds():
        assert f"| `{name}` |" in text


def test_every_column_is_described_and_written() -> None:
    columns = {column.name for column in Touchpoint.__table__.columns}
    assert set(COLUMNS) == columns
    assert set(WRITTEN) | {"xid", "recorded_us", "session_seq"} == columns
    assert columns >= LINKS


def test_names_are_unique_and_stages_known() -> None:
    listed = [kind for title in SECTIONS for kind in section(title)]
    assert len(listed) == len(kinds()) >= 70
    for kind in listed:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.name)
        assert kind.stage in STAGES
        assert kind.task is None or kind.task in TASKS
        assert not (kind.sample and kind.fact)
        assert kind.schema["additionalProperties"] is False


def test_every_property_is_used() -> None:
    assert set(PROPS) == {name for kind in kinds().values() for name in kind.props}


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_schema_compiles_and_refuses_what_it_does_not_list(name: str) -> None:
    kind = kinds()[name]
    assert checked(kind, {}) == ({}, None)
    assert checked(kind, {"not_listed": 1})[1] is not None
    assert checked(kind, dict.fromkeys(kind.props))[1] is None


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every ``Event(Kind(…), …)`` and ``viewed(Kind(…), …)`` in the code."""
    for path in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if (
                called in {"Event", "viewed"}
                and isinstance(first, ast.Call)
                and isinstance(first.func, ast.Name)
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", called, node


def test_facts_are_recorded_by_use_cases_and_links_are_known() -> None:
    """What a kind may say is held by types. Seen failing with ``viewed(InvoiceIssued(…))`` and a link ``invoice``."""
    kinds_by_class = {touch.__name__: touch.kind for touch in REGISTERED.values()}
    wrong = []
    for where, called, call in _calls():
        kind = kinds_by_class.get(call.args[0].func.id)  # type: ignore[attr-defined]
        given = {k.arg: k.value for k in call.keywords}
        if kind is not None and called == "viewed" and kind.fact and "key" not in given:
            wrong.append(f"{where}: {kind.name} is a fact; record it in the use case")
        value = given.get("links")
        if isinstance(value, ast.Dict):
            keys = {k.value for k in value.keys if isinstance(k, ast.Constant)}
            wrong += [f"{where}: no link is called {key}" for key in sorted(keys - LINKS)]
    assert not wrong, "\n".join(wrong)


def test_two_kinds_cannot_share_a_name() -> None:
    """Seen failing without the check: the later one won silently."""

    @dataclass(frozen=True, slots=True)
    class Twice(Touch):
        pass

    with pytest.raises(ValueError, match="Two kinds of touchpoint are called order_completed"):
        fact("order_completed", stage="purchase", says="", meaning="")(Twice)
