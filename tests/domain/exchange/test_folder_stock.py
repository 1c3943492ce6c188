"""stock.csv is the truth: what it says is taken, also when it is inconvenient, and who cannot be served is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.foundation.config import Settings
from portal.verification.run import verify
from tests.domain.exchange.test_folder_command import run
from tests.import_files import OPEN, OPEN_LINE, Folder, column

STOCK = "select on_hand || ' ' || reserved || ' ' || free from stock"


@pytest.fixture
def before(engine: Engine, tmp_path: Path) -> Folder:
    """100 on hand; two orders hold 4 and 3, the second one promised first."""
    folder = Folder(tmp_path / "before")
    folder.order("LATER", {**OPEN_LINE, "quantity": "4"}, **OPEN)
    soon = {**OPEN, "promised_at": "2026-06-02T14:00:00Z"}
    folder.order("SOONER", {**OPEN_LINE, "quantity": "3"}, **soon)
    assert folder.load(engine).rejected == 0
    assert column(engine, STOCK) == ["100 7 93"]
    return Folder(tmp_path / "after", empty=True)


@pytest.mark.parametrize(
    ("told", "stock", "unfilled"),
    [
        ("7", "7 7 0", []),
        ("2.0", "2 7 0", ["LATER: 4 of INT-300-5", "SOONER: 1 of INT-300-5"]),
        ("5", "5 7 0", ["LATER: 2 of INT-300-5"]),
        ("-3", "-3 7 0", ["LATER: 4 of INT-300-5", "SOONER: 3 of INT-300-5"]),
        ("", "0 7 0", ["LATER: 4 of INT-300-5", "SOONER: 3 of INT-300-5"]),
        ("9.0", "9 7 2", []),
    ],
)
def test_a_count_is_taken_and_shortages_are_told(
    engine: Engine, before: Folder, told: str, stock: str, unfilled: list[str]
) -> None:
    """Seen failing when a count below what is set aside was rejected, and the old one stayed on sale."""
    before.add("stock", on_hand=told)
    report = before.load(engine)
    assert report.rejected == 0
    assert column(engine, STOCK) == [stock]
    assert sorted(line.split(" missing")[0].removeprefix("CHI-01 ") for line in report.unfilled) == unfilled
    assert verify(engine).ok, "what the seller's system says is no damage"


def test_a_count_that_cannot_be_read_sells_no_more(engine: Engine, before: Folder) -> None:
    """Seen failing when the row was rejected and the old count stayed on sale."""
    before.add("stock", on_hand="see branch")
    before.load(engine)
    assert before.rejected("stock") == {2: "on_hand: not a number; no more of it is sold until there is one"}
    assert column(engine, STOCK) == ["7 7 0"]
    before.rows["stock"][0]["on_hand"] = "12"
    assert before.load(engine).rejected == 0
    assert column(engine, STOCK) == ["12 7 5"]


def test_a_file_without_the_column_stops(engine: Engine, before: Folder) -> None:
    """An empty cell is none; a missing column says nothing. Seen failing with a column that is not required."""
    before.raw("stock", b"store_code,sku\nCHI-01,INT-300-5\n")
    with pytest.raises(Exception, match="missing column on_hand"):
        before.load(engine)
    assert column(engine, STOCK) == ["100 7 93"]


def test_the_command_lists_who_cannot_be_served(engine: Engine, settings: Settings, before: Folder) -> None:
    before.add("stock", on_hand="5")
    code, said = run(settings, before.write())
    assert code == 0
    assert "Orders that cannot be filled, because the store has less than is set aside:" in said
    assert "  CHI-01 LATER: 2 of INT-300-5 missing (5 on hand, 7 set aside)" in said
