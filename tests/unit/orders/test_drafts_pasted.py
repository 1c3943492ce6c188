"""Pasted lists: whatever was copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.orders.drafts.pasted import Pasted, read_pasted
from portal.orders.drafts.pasted_fields import is_name_of, read_count


def first(line: Pasted) -> tuple[str, int, str] | None:
    return (
        (line.readings[0].sku, line.readings[0].quantity, line.readings[0].extra) if line.readings else None
    )


@pytest.mark.parametrize(
    ("row", "sku", "quantity", "extra"),
    [
        ("SW-1\t3", "SW-1", 3, ""),
        ("WALL WHITE 5\t4", "WALL WHITE 5", 4, ""),
        ("A#1; B\t4", "A#1; B", 4, ""),
        ("INT-300\tForeman 300 Interior Acrylic 5 gal\t4", "INT-300", 4, ""),
        ("INT-300\t4\tea", "INT-300", 4, ""),
        ("INT-300\t4\tea\t$12.50", "INT-300", 4, ""),
        ("INT-300\t4\tAM-4103", "INT-300", 4, "AM-4103"),
        ("INT-300\t4.00", "INT-300", 4, ""),
        ("INT-300\t1,200", "INT-300", 1200, ""),
        ("INT-300\t4 ea", "INT-300", 4, ""),
        ('"INT-300","4"', "INT-300", 4, ""),
        ('"INT-300","1,200"', "INT-300", 1200, ""),
        ('"Wall, white",4', "Wall, white", 4, ""),
        ("INT-300, 4", "INT-300", 4, ""),
        ("sw-2 ; x12 ; TC-0001", "sw-2", 12, "TC-0001"),
        ("INT-300 1,200", "INT-300", 1200, ""),
        ("INT-300 4 ea", "INT-300", 4, ""),
        ("INT-300 4ea", "INT-300", 4, ""),
        ("INT-300 12x", "INT-300", 12, ""),
        ("INT-300 x12", "INT-300", 12, ""),
        ("INT-300 12 x", "INT-300", 12, ""),
        ("INT-300 x 12", "INT-300", 12, ""),
        ("12x INT-300", "INT-300", 12, ""),
        ("12 x INT-300", "INT-300", 12, ""),
        ("WALL WHITE 5 4", "WALL WHITE 5", 4, ""),
        ("INT-300 4 AM-4103", "INT-300", 4, "AM-4103"),
        ("SW-3", "SW-3", 1, ""),
    ],
)
def test_lines_as_they_are_copied(row: str, sku: str, quantity: int, extra: str) -> None:
    """Seen failing when tabs, commas, semicolons and blanks all separated."""
    assert first(read_pasted(row)[0]) == (sku, quantity, extra)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("INT-300\ttwo", "“two” is not a quantity."),
        ("INT-300\t1,5", "“1,5” is not a quantity."),
        ("INT-300\t4.5", "“4.5” is not a quantity."),
        ("INT-300\t4 cases", "“4 cases” is not a quantity."),
        ("INT-300\t", "There is no quantity on this line."),
        ("\t4", "There is no SKU on this line."),
        ("INT-300,1,200", "Is the quantity 1,200? Write it without the comma, or in quotes."),
        ("SW-4 two", "“two” is not a quantity."),
        (";;", "There is no SKU on this line."),
    ],
)
def test_what_cannot_be_read_says_what_to_do(row: str, words: str) -> None:
    line = read_pasted(f"A\t1\n{row}")[1]
    assert line.problem is not None
    assert line.problem.startswith(words)


@pytest.mark.parametrize(
    "header",
    [
        "SKU\tQty",
        "Item\tDescription\tQuantity",
        "Artikel;Menge",
        "SKU Qty",
        "sku,quantity",
        "Código\tCantidad",
    ],
)
def test_a_header_is_no_line(header: str) -> None:
    mark = next((each for each in "\t;," if each in header), " ")
    cells = ["INT-300", "4"] if header.count(mark) == 1 else ["INT-300", "Foreman 300, 5 gal", "4"]
    rows = read_pasted(f"{header}\n{mark.join(cells)}")
    assert [first(row) for row in rows] == [("INT-300", 4, "")]


def test_a_header_says_where_things_are() -> None:
    rows = read_pasted("Qty\tColor\tPrice\tSKU\n4\tAM-4103\t$9.00\tINT-300\n\tAM-1\t\tINT-301")
    assert first(rows[0]) == ("INT-300", 4, "AM-4103")
    assert rows[1].problem == "There is no quantity on this line. Write how many after the SKU."


def test_a_list_without_a_header_keeps_its_first_line() -> None:
    assert [first(row) for row in read_pasted("SKU-1 Qty-2 3\nPART 5")] == [
        ("SKU-1 Qty-2", 3, ""),
        ("PART", 5, ""),
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("4", 4),
        ("4 ea", 4),
        ("4EA.", 4),
        ("x4", 4),
        ("4 ×", 4),
        ("2 dozen", None),
        ("4 gal", None),
        ("", None),
    ],
)
def test_a_unit_never_changes_the_number(text: str, count: int | None) -> None:
    assert read_count(text) == count


def test_a_name_is_told_from_a_colour() -> None:
    name = "Foreman 300 Interior Acrylic, eggshell, 5 gal"
    assert is_name_of("Foreman 300 interior", name)
    assert not is_name_of("AM-4103", name)
    assert not is_name_of("Harbor Fog", name)
    assert not is_name_of("eggshell", name)


def test_a_pasted_list_takes_200_lines() -> None:
    rows = read_pasted("\n".join(f"S-{n} 1" for n in range(203)))
    assert sum(1 for row in rows if row.problem) == 3


@given(st.text(max_size=400))
def test_any_pasted_text_is_read(text: str) -> None:
    for row in read_pasted(text):
        assert row.raw
        assert row.problem or row.readings
