"""The browser journeys share one running portal, and no other way of running them is accepted."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.rules.reading.source import ROOT


@pytest.mark.slow
def test_two_processes_of_journeys_are_refused() -> None:
    """Seen failing without the fixture ``alone``: then each process starts a portal of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "tests/browser/test_accounts.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=clean,
        timeout=600,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "run them in one process, without -n" in run.stdout
    assert "passed" not in run.stdout
