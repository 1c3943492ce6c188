"""Months as the seller's calendar has them. Pure rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})")  # of our own script only


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month: ``2026-06``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month | None:
        """From ``2026-06``; None for anything else, and for years without invoices."""
        found = WRITTEN.fullmatch(text)
        if found is None:
            return None
        year, number = int(found[1]), int(found[2])
        return cls(year, number) if 1900 <= year < 3000 and 1 <= number <= 12 else None

    @property
    def code(self) -> str:
        """``2026-06``."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def words(self) -> str:
        """``June 2026``."""
        return f"{self.first:%B} {self.year}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)

    @property
    def previous(self) -> Month:
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)

    def begins(self, zone: str) -> datetime:
        """Its first moment on the wall clock of ``zone`` (an IANA name)."""
        return datetime(self.year, self.number, 1, tzinfo=ZoneInfo(zone))
