"""Children of ``portal run`` that fall are started again, each time after a longer pause."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from portal.running import family
from portal.running.children import Plan


def test_a_child_that_falls_again_and_again_waits_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing without doubling, and with the pause kept for a child that had run long."""
    clock = [time.monotonic()]
    monkeypatch.setattr(family.time, "monotonic", lambda: clock[0])
    said: list[str] = []
    children = family.Family(tmp_path, said.append)
    children.start(Plan("worker", ["-c", "print('no database')"], {**os.environ}))
    for _ in range(4):
        children._children["worker"]._process.wait(60)
        children.look_after()
        clock[0] += 40
        children.look_after()
    children._children["worker"]._process.wait(60)
    clock[0] += 100
    children.look_after()
    assert [each.rsplit(" in ", 1)[1] for each in said] == ["1 s.", "2 s.", "4 s.", "8 s.", "1 s."]
    assert "exit code 0" in said[0]
    assert "its last line: no database" in said[0]
    children.stop()
