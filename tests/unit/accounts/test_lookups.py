"""How long somebody waits who looked at too much."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.accounts.lookups.rules import Limits, wait_for

NOW = datetime(2026, 5, 11, 14, 59, 59, 500_000, tzinfo=UTC)
LIMITS = Limits(per_minute=3, per_hour=10)


@pytest.mark.parametrize(
    ("in_minute", "in_hour", "seconds"), [(2, 9, None), (3, 9, 1), (0, 10, 1), (3, 10, 1), (99, 0, 1)]
)
def test_whoever_reached_a_limit_waits(in_minute: int, in_hour: int, seconds: int | None) -> None:
    """At least a second, never zero. Seen failing with the rest of the minute rounded down."""
    wait = wait_for(LIMITS, in_minute=in_minute, in_hour=in_hour, now=NOW)
    assert (wait.seconds if wait else None) == seconds


def test_the_words_say_how_long() -> None:
    """Seen failing with minutes rounded down to none."""
    hour = wait_for(LIMITS, in_minute=0, in_hour=10, now=NOW.replace(minute=59, second=1))
    assert hour is not None
    assert "in 1 minute." in hour.words
    minute = wait_for(LIMITS, in_minute=3, in_hour=0, now=NOW.replace(second=20, microsecond=0))
    assert minute is not None
    assert "Wait 40 seconds" in minute.words
