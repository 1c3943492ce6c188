"""How many pages with customers' data somebody may open, and how long to wait after too many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Per person: what reading takes anyhow is far below, what copying a list of customers needs is far above."""

    per_minute: int
    per_hour: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Why no more is shown for a while, and for how many seconds."""

    seconds: int
    is_for_the_hour: bool

    @property
    def words(self) -> str:
        """What the person reads."""
        if self.is_for_the_hour:
            minutes = -(-self.seconds // 60)
            unit = "minute" if minutes == 1 else "minutes"
            return (
                f"You have opened more pages with customers' data in this hour than one person needs. You can go on in "
                f"{minutes} {unit}. Your administrators have been told; ask them if you need more for your work."
            )
        return (
            f"You open pages with customers' data faster than anybody reads. Wait {self.seconds} seconds, then go on. "
            "Your administrators have been told."
        )


def begin_of_minute(now: datetime) -> datetime:
    """The minute that a look-up counts for."""
    return now.replace(second=0, microsecond=0)


def begin_of_hour(now: datetime) -> datetime:
    """The hour that a look-up counts for."""
    return now.replace(minute=0, second=0, microsecond=0)


def wait_for(limits: Limits, *, in_minute: int, in_hour: int, now: datetime) -> Wait | None:
    """How long to wait after this many look-ups; None if another one may follow."""
    if in_hour >= limits.per_hour:
        return Wait(_seconds(begin_of_hour(now) + HOUR - now), is_for_the_hour=True)
    if in_minute >= limits.per_minute:
        return Wait(_seconds(begin_of_minute(now) + MINUTE - now), is_for_the_hour=False)
    return None


def _seconds(left: timedelta) -> int:
    return max(1, -(-left // timedelta(seconds=1)))
