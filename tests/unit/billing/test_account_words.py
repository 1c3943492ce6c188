"""The words and charts of an account."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as some

from portal.billing.account import charts
from portal.billing.account.words import job_labels, month_labels, month_words


@given(some.lists(some.integers(-(10**12), 10**12), min_size=1, max_size=24))
def test_bars_stay_in_their_box(amounts: list[int]) -> None:
    bars, zero = charts.columns(amounts)
    assert 0 <= zero <= charts.BOX
    for amount, bar in zip(amounts, bars, strict=True):
        assert bar.x >= 0
        assert bar.x + bar.width <= charts.BOX
        assert bar.y >= 0
        assert bar.y + bar.height <= charts.BOX
        assert (bar.height > 0) == (amount != 0)
    for amount, bar in zip(amounts, charts.rows(amounts), strict=True):
        assert 0 <= bar.width <= charts.BOX
        assert (bar.width > 0) == (amount > 0)
        assert bar.y + bar.height <= charts.BOX


def test_the_largest_bar_fills_the_box() -> None:
    bars, zero = charts.columns([50, 100, -100])
    assert (zero, [bar.height for bar in bars]) == (500, [250, 500, 500])
    assert [(bar.y) for bar in bars] == [250, 0, 500]
    assert charts.columns([0, 0])[0][0].height == 0


def test_months_and_jobs() -> None:
    months = [SimpleNamespace(first=date(*each, 1)) for each in ((2025, 12), (2026, 1), (2026, 2))]
    assert month_labels(months) == ["Dec 25", "Jan 26", "Feb"]
    assert month_words(date(2026, 3, 1)) == "March 2026"
    jobs = [SimpleNamespace(name=name, jobs=n) for name, n in (("Mill Lane", 1), ("", 1), ("", 1_200))]
    assert job_labels(jobs) == ["Mill Lane", "No job", "1,200 other jobs"]
