"""What customers have agreed about paying: by when, and what they save by paying early."""

from __future__ import annotations

import calendar
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_BY_TIER = {
    "TRADE": ("net 30", "net 30", "2/10 net 30", "net 15"),
    "PRO": ("net 30", "2/10 net 30", "1/10 net 30", "eom"),
    "KEY": ("net 45", "eom 10", "eom 10", "1/15 net 45"),
}
_WORDS = re.compile(r"(?:([\d.]+)/(\d+) )?(net|eom)(?: (\d+))?")


@dataclass(frozen=True)
class Terms:
    words: str
    kind: str
    days: int
    percent: Decimal
    within: int

    def due_on(self, issued: date) -> date:
        if self.kind == "eom":
            issued = issued.replace(day=calendar.monthrange(issued.year, issued.month)[1])
        return issued + timedelta(days=self.days)


def terms_of(tier: str, flags: dict[str, str], source: random.Random) -> Terms:
    """The demo's own company saves two percent by paying within ten days."""
    words = "2/10 net 30" if "demo" in flags else source.choice(_BY_TIER[tier])
    found = _WORDS.fullmatch(words)
    assert found, words
    percent, within, kind, days = found.groups()
    return Terms(words, kind, int(days or 0), Decimal(percent or 0), int(within or 0))
