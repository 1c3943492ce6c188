"""Normalized phone numbers for lookups."""

from __future__ import annotations


def phone_digits(phone: str | None) -> str | None:
    """Only the digits, so that ``5185550100`` finds ``(518) 555-0100``; None if there are none."""
    return "".join(c for c in phone or "" if c.isdecimal()) or None
