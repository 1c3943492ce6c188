"""Pasted lists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.orders.drafts.pasted import read_pasted


def test_pasted_lists() -> None:
    rows = read_pasted("SW-1\t3\n\n sw-2 ; x12 ; tc-0001\nSW-3\nSW-4 two\nSW-5 1 TC-1 more\n;;")
    assert [(row.sku, row.quantity, row.colour_number) for row in rows[:3]] == [
        ("SW-1", 3, None),
        ("sw-2", 12, "TC-0001"),
        ("SW-3", 1, None),
    ]
    assert [row.problem is None for row in rows] == [True, True, True, False, False, False]


def test_a_pasted_list_takes_200_lines() -> None:
    rows = read_pasted("\n".join(f"S-{n} 1" for n in range(203)))
    assert sum(1 for row in rows if row.problem) == 3


@given(st.text(max_size=400))
def test_any_pasted_text_is_read(text: str) -> None:
    assert all(row.raw for row in read_pasted(text))
