"""Days as they are said on pages."""

from __future__ import annotations

from datetime import datetime

from portal.orders.promise import near_day_words


def spoken_day(moment: datetime, zone: str, now: datetime, starts: bool = False) -> str:
    """``tomorrow`` or ``Tue 24 Nov`` on the clock of ``zone``; ``starts``: it begins a sentence."""
    words = near_day_words(moment, zone, now)
    return words[:1].upper() + words[1:] if starts else words
