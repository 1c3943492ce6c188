"""Reordering a line."""

from __future__ import annotations

from decimal import Decimal

from portal.orders.reorder.rules import CurrentVariant, OrderedLine, ReorderLine, reorder_line


def sold(**fields: object) -> OrderedLine:
    values: dict[str, object] = {
        "line_no": 1,
        "variant_id": 1,
        "sku": "A",
        "name": "Paint",
        "quantity": 4,
        "unit_price": Decimal("41.20"),
    }
    return OrderedLine(**{**values, **fields})  # type: ignore[arg-type]


def test_again_keeps_colour_and_rounds_to_packs() -> None:
    line = sold(colour_number="TC-1", colour_name="Fog", colour_was="TC-1")
    found = reorder_line(line, 5, CurrentVariant(1, "A", "Paint", 4, True, False), "CP-1")
    assert isinstance(found, ReorderLine)
    assert (found.quantity, found.colour_number) == (8, "TC-1")
    assert found.last_time["rounded_from"] == 5


def test_again_says_when_the_colour_is_lost_or_nothing_is_left() -> None:
    line = sold(colour_number="TC-1", colour_name="Fog", colour_was="TC-1")
    found = reorder_line(line, 4, CurrentVariant(2, "B", "Clear coat", 1, False, False), "CP-1")
    assert isinstance(found, ReorderLine)
    assert (found.colour_number, found.last_time["colour_lost"]) == (None, "Fog")
    assert isinstance(reorder_line(line, 4, None, "CP-1"), str)
    assert isinstance(reorder_line(line, 4, CurrentVariant(1, "A", "Paint", 1, True, True), "CP-1"), str)
