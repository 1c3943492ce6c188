"""The description of the files and the demo's generator say the same, and the generator is deterministic."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from sandbox.demo.__main__ import main
from sandbox.demo.columns import COLUMNS
from sandbox.demo.files import ROWS
from sandbox.demo.world import build
from sandbox.demo.write import write

DOC = Path(__file__).parents[2] / "docs" / "data-formats.md"
TODAY = date(2026, 11, 22)


def documented() -> dict[str, list[tuple[str, str]]]:
    """Columns of each file in the page: name and whether it is required."""
    files: dict[str, list[tuple[str, str]]] = {}
    for section in re.split(r"^### ", DOC.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title = re.match(r"`(\w+)\.csv`\n", section)
        if title:
            rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| .+ \|$", section.split("\n## ")[0], re.MULTILINE)
            files[title[1]] = [(name, required.strip()) for name, required in rows]
    return files


def test_the_page_describes_the_files_that_the_generator_writes() -> None:
    assert {name: tuple(column for column, _ in rows) for name, rows in documented().items()} == COLUMNS
    assert list(documented()) == list(COLUMNS) == list(ROWS)  # also in the order of reading


def test_each_file_has_a_key_and_each_column_says_what_happens_when_it_is_wrong() -> None:
    text = DOC.read_text(encoding="utf-8")
    for name in COLUMNS:
        section = text.split(f"### `{name}.csv`")[1].split("\n### ")[0]
        key = re.search(r"^Key: ([^.]+)\.", section, re.MULTILINE)
        assert key, name
        assert set(re.findall(r"`(\w+)`", key[1])) <= set(COLUMNS[name]), name
        for line in section.splitlines():
            if re.match(r"\| `\w+` \|", line):
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                assert len(cells) == 5, line
                assert all(cells), line


def test_required_columns_are_filled(tmp_path: Path) -> None:
    write(build(TODAY, seed=1, scale="small"), tmp_path)
    for name, columns in documented().items():
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows, name
        for column, required in columns:
            if required == "yes":
                assert all(row[column] for row in rows), f"{name}.{column}"


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("one", "two"):
        main(["--out", str(tmp_path / folder), "--today", "2026-11-22", "--seed", "7", "--scale", "small"])
    for name in COLUMNS:
        one = (tmp_path / "one" / f"{name}.csv").read_bytes()
        assert one == (tmp_path / "two" / f"{name}.csv").read_bytes(), name
    assert "made up" in capsys.readouterr().out


def test_another_seed_and_another_day_give_another_history(tmp_path: Path) -> None:
    write(build(TODAY, seed=1, scale="small"), tmp_path / "one")
    write(build(TODAY, seed=2, scale="small"), tmp_path / "two")
    write(build(date(2027, 3, 1), seed=1, scale="small"), tmp_path / "later")
    for other in ("two", "later"):
        assert (tmp_path / "one" / "orders.csv").read_bytes() != (
            tmp_path / other / "orders.csv"
        ).read_bytes()
    # The deck belongs to the maker, not to chance.
    assert (tmp_path / "one" / "colours.csv").read_bytes() == (tmp_path / "two" / "colours.csv").read_bytes()
