"""What the Makefile promises."""

from __future__ import annotations

import subprocess

import pytest

from bench import figures
from tests.rules.reading.source import ROOT, tracked


def said_by(target: str) -> str:
    """The commands that a target would run."""
    return subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_every_loop_of_kills_joins_make_chaos() -> None:
    """Fails when the target names a folder again in place of the mark, as when it forgot the import."""
    command = said_by("chaos")
    assert "CHAOS_ROUNDS=100" in command
    assert "pytest -m chaos" in command
    assert "tests/chaos" not in command
    loops = {
        p for p in tracked("tests") if p.suffix == ".py" and 'environ.get("CHAOS_ROUNDS"' in p.read_text()
    }
    assert len(loops) >= 2
    assert [str(p) for p in loops if "mark.chaos" not in p.read_text()] == []


@pytest.mark.slow
def test_make_figures_prints_every_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Seen failing with a package that stands on no floor, and with a table left out."""
    assert "-m bench.figures" in said_by("figures")
    figures.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line and "  " in line][:2] == ["package", "portal,"]
    for begin in (
        "billing ",
        "folder ",
        "tests/domain ",
        "skips ",
        "circles between rooms ",
        "arrows upward ",
    ):
        assert [line for line in lines if line.startswith(begin)], begin


def test_percentiles_are_values_that_occur() -> None:
    """Seen failing with the value above in place of the value at the share."""
    assert figures.percentile([1, 2, 3, 4], 50) == 2
    assert figures.percentile(list(range(1, 101)), 95) == 95
    assert figures.spread([7]) == "7/7/7"
    assert figures.percentile([], 95) == 0


def test_rooms_that_import_each_other_are_a_circle() -> None:
    """Seen failing when only rooms next to each other were compared."""
    assert figures.circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]
    assert figures.circles({"a": {"b"}, "b": {"c"}}) == []
