"""How often a company orders, in words."""

from __future__ import annotations


def rhythm_words(usual_days: float | None) -> str:
    """``every 6 days``; empty when there are too few orders to say."""
    if usual_days is None:
        return ""
    days = max(1, round(usual_days))
    if days == 1:
        return "every day"
    return f"every {days} days" if days < 60 else f"every {round(days / 30)} months"


def since_words(since_days: float | None) -> str:
    """``less than a day ago``, ``yesterday``, ``12 days ago``."""
    if since_days is None:
        return "never"
    days = int(since_days)
    if days <= 0:
        return "less than a day ago"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 60 else f"{days // 30} months ago"
