"""The words of a company's account: ages, months, jobs. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

# How old an open invoice is, counted from its due day.
BUCKETS = ("Not due yet", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")


def month_words(first: date) -> str:
    """``March 2026``."""
    return f"{first:%B} {first.year}"


def month_labels(months: Iterable[Any]) -> list[str]:
    """Short names under the bars: ``Mar``, and the year with the first month and each January."""
    return [
        f"{each.first:%b} {each.first:%y}" if n == 0 or each.first.month == 1 else f"{each.first:%b}"
        for n, each in enumerate(months)
    ]


def job_labels(jobs: Iterable[Any]) -> list[str]:
    """Names of jobs; what was bought for none, and the small ones together."""
    return [each.name or ("No job" if each.jobs == 1 else f"{each.jobs:,} other jobs") for each in jobs]
