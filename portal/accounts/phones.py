"""Phone numbers as they are looked up."""

from __future__ import annotations


def phone_digits(phone: str | None) -> str | None:
    """Only the digits, so that ``(518) 555-0100`` is found by ``5185550100``; None when there are none."""
    return "".join(c for c in phone or "" if c.isdecimal()) or None
