"""Lists of states are written once, as constants: SQL that has its own copy forgets the next state."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.billing.chart_of_accounts import ACCOUNTS, DOCUMENTS
from portal.billing.payment_states import REFUND_STATES, TRANSITIONS
from portal.foundation.sql import sql_list
from portal.orders.draft_states import APPROVAL_STATES, DRAFT_STATES
from portal.orders.status import LINE_STATES, ORDER_STATES
from tests.rules.test_files import ROOT, tracked

KNOWN = (
    {*ORDER_STATES, *LINE_STATES},
    set(DRAFT_STATES),
    set(APPROVAL_STATES),
    set(TRANSITIONS),
    set(REFUND_STATES),
    set(DOCUMENTS),
    set(ACCOUNTS),
)
LIST = re.compile(r"\bin\s*\(((?:\s*'[a-z_]+'\s*,)+\s*'[a-z_]+'\s*)\)")


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def written_out(text: str) -> list[str]:
    """Lists of two or more codes in SQL that are all states of one thing."""
    lists = (found.group(1) for found in LIST.finditer(text))
    return [each for each in lists if any(set(re.findall(r"'(\w+)'", each)) <= known for known in KNOWN)]


def test_no_sql_writes_a_list_of_states_out() -> None:
    """Seen failing with the open states of orders written out in ``company.py``."""
    found = {
        f"{path.relative_to(ROOT)}: {each}"
        for path in tracked("portal")
        if path.suffix == ".py"
        for text in _texts(path)
        for each in written_out(text)
    }
    assert found == set()


@pytest.mark.parametrize(
    "sql",
    [
        "o.status in ('placed', 'accepted')",
        "state not in ('current','parked')",
        "in ('pending',\n'approved')",
    ],
)
def test_the_rule_sees_a_list(sql: str) -> None:
    """Seen failing with a pattern that wanted a blank after each comma."""
    assert written_out(f"select 1 from t where {sql} and true")


def test_the_rule_leaves_other_lists_alone() -> None:
    assert written_out("rule in ('due','before','monthly') and j.status in ('failed', 'aborted')") == []


def test_a_list_for_sql() -> None:
    """Seen failing with values that are not looked at."""
    assert sql_list(("placed", "out")) == "('placed', 'out')"
    for wrong in ((), ("it's",), ("a", "b; drop table company"), ("",)):
        with pytest.raises(ValueError, match=r"code|lists"):
            sql_list(wrong)
