"""Amounts as people type them. Pure rules."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from portal.foundation.money import SYMBOLS, exponent

LONGEST = 40  # characters
LARGEST = 10**14  # minor units; more than anybody owes, and well within a bigint
NOT_AN_AMOUNT = "Enter an amount like 1,234.50."
DECIMAL_COMMA = re.compile(r"([1-9][0-9]{0,2}([. '\u2019\u00a0\u202f][0-9]{3})+|[0-9]+),[0-9]{1,2}")

GROUPING = re.compile(r"[. '\u2019\u00a0\u202f]")
BLANKS = re.compile(r"[ '\u2019\u00a0\u202f]")
MAYBE_GROUPED = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
GROUPED = re.compile(
    r"[1-9][0-9]{0,2}([ '\u2019\u00a0\u202f][0-9]{3})+(\.[0-9]{1,2})?"
)  # by a blank or an apostrophe

NUMBER = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?|[0-9]+(\.[0-9]*)?|\.[0-9]+")


def parse_amount(text: str, currency: str) -> int:
    """Minor units of ``1234.5``, ``1,234.50`` or ``$1,234.50``; also of ``1.234,50`` and ``1 234,50``, where the comma
    can only be a decimal one. ``1.000`` is refused where no currency has three decimals: it may be a thousand or one.

    :raises ValueError: with a sentence for the person, when it is not an amount of this currency.
    """
    places = exponent(currency)
    typed = text.strip().removeprefix(SYMBOLS.get(currency, currency)).strip()
    scaled = _number(typed, places)
    if scaled != scaled.to_integral_value() or (places < 3 and MAYBE_GROUPED.fullmatch(typed)):
        raise ValueError(_too_many_decimals(places))
    if scaled > LARGEST:
        raise ValueError("That is more than can be handled here.")
    return int(scaled)


def _too_many_decimals(places: int) -> str:
    return (
        f"Use at most {places} decimals."
        if places
        else "This currency has no decimals: enter a whole amount."
    )


def _number(typed: str, places: int) -> Decimal:
    """What was typed, in minor units."""
    if len(typed) > LONGEST:  # endless digits take endless time, and more than Decimal can scale
        raise ValueError(NOT_AN_AMOUNT)
    if DECIMAL_COMMA.fullmatch(typed):
        typed = GROUPING.sub("", typed).replace(",", ".")
    elif GROUPED.fullmatch(typed):
        typed = BLANKS.sub("", typed)
    if not NUMBER.fullmatch(typed):
        raise ValueError(NOT_AN_AMOUNT)
    try:
        return Decimal(typed.replace(",", "")).scaleb(places)
    except InvalidOperation as error:
        raise ValueError(NOT_AN_AMOUNT) from error


def amount_field(minor: int, currency: str) -> str:
    """An amount as a form field shows it, without symbol and grouping: ``1234.50``."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"
