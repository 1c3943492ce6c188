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
        "domain/billing/money/test_disputes_settled.py",
        "pages/billing/disputes/test_staff.py",
        "pages/orders/test_disputes.py",
        "unit/billing/test_refunds.py",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_files_and_folders_of_all_kinds_are_found(tests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seen failing without the folders, and without what lies in ``money``."""
    assert main("billing/disputes", tests) == 0
    assert capsys.readouterr().out.split() == [
        "tests/domain/billing/money/test_disputes_settled.py",
        "tests/pages/billing/disputes/test_staff.py",
        "tests/unit/billing/test_disputes.py",
    ]


def test_a_longer_noun_keeps_its_tests(tests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seen failing with the shortest noun that fits: ``credit`` took what is of ``credit_memos``."""
    for name in ("test_credit_memos.py", "test_credit_limit.py"):
        (tests / "unit/billing" / name).touch()
    assert main("billing/credit", tests) == 0
    assert capsys.readouterr().out.split() == ["tests/unit/billing/test_credit_limit.py"]


@pytest.mark.parametrize("name", ["billing/nothing", "billing", "", "billing/../x", "care/disputes"])
def test_a_noun_without_tests_is_an_error(name: str, tests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seen failing with an empty list taken for an answer: pytest would run everything."""
    assert main(name, tests) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "make test-noun N=billing/disputes" in said.err
