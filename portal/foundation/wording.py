"""Quantities and references as people say them."""

from __future__ import annotations

from datetime import date


def quantity_words(quantity: int, unit: str) -> str:
    """``1 gallon``, ``12 gallons``, ``3 boxes``, ``5 units`` (sold by the piece)."""
    name = "unit" if unit in ("", "each") else unit
    if abs(quantity) != 1:
        name += "es" if name.endswith(("s", "x", "ch", "sh")) else "s"
    return f"{quantity:,} {name}"


def po_words(po_number: str) -> str:
    """``PO 7731``; a number that already says so is unchanged: ``PO-44213``."""
    if not po_number or po_number.upper().startswith(("PO", "P.O")):
        return po_number
    return f"PO {po_number}"


def weekday_words(on: date) -> str:
    """``Mon 3 Nov 2026``."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def date_words(day: date) -> str:
    """``2 Jun 2026``."""
    return f"{day.day} {day:%b %Y}"
