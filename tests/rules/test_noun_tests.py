"""``make test-noun`` finds the tests of a noun, however they are laid out, and says when there are none."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.rules.test_files import ROOT

main = runpy.run_path(str(ROOT / ".ci" / "noun_tests.py"))["main"]


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    folder = tmp_path / "tests"
    for name in (
        "unit/billing/test_disputes.py",
        "domain/billing/test_disputes_settled.py",
        "domain/billing/credit/test_disputes.py",
        "pages/billing/disputes/test_staff.py",
        "pages/orders/test_disputes.py",
        "unit/billing/test_refunds.py",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_files_and_folders_of_all_kinds_are_found(tests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seen failing without the folders, and without a group of nouns between domain and file."""
    assert main("billing/disputes", tests) == 0
    assert capsys.readouterr().out.split() == [
        "tests/domain/billing/credit/test_disputes.py",
        "tests/domain/billing/test_disputes_settled.py",
        "tests/unit/billing/test_disputes.py",
        "tests/pages/billing/disputes",
    ]


@pytest.mark.parametrize("name", ["billing/nothing", "billing", "", "billing/../x", "care/disputes"])
def test_a_noun_without_tests_is_an_error(name: str, tests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seen failing with an empty list taken for an answer: pytest would run everything."""
    assert main(name, tests) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "make test-noun N=billing/disputes" in said.err
