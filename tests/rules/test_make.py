"""What the Makefile promises."""

from __future__ import annotations

import subprocess

from tests.rules.test_files import ROOT, tracked


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
