"""What may stand in one field of a CSV file, by type. Pure: text in, value out, or a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import available_timezones

Parse = Callable[[str], Any]

CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_./-]*$")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
INTEGER = re.compile(r"^-?\d{1,12}$")
PRICE = re.compile(r"^\d{1,10}(\.\d{1,4})?$")
DEGREES = re.compile(r"^-?\d{1,3}(\.\d{1,6})?$")
CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
END_OF_DAY = time(23, 59, 59)


class Wrong(ValueError):
    """The field is not what its type asks for; the text is the reason in the rejected row."""


def text(limit: int) -> Parse:
    def parse(raw: str) -> str:
        if len(raw) > limit:
            raise Wrong(f"longer than {limit} characters")
        if CONTROL.search(raw):
            raise Wrong("not a text without control characters")
        return raw

    return parse


def matching(pattern: re.Pattern[str], kind: str, limit: int = 254) -> Parse:
    def parse(raw: str) -> str:
        if len(raw) > limit:
            raise Wrong(f"longer than {limit} characters")
        if not pattern.match(raw):
            raise Wrong(f"not a {kind}" if kind[0] not in "aeiou" else f"not an {kind}")
        return raw

    return parse


def code(limit: int) -> Parse:
    return matching(CODE, "code", limit)


def email(raw: str) -> str:
    found: str = matching(EMAIL, "email")(raw)
    return found.lower()


def integer(low: int, high: int) -> Parse:
    def parse(raw: str) -> int:
        if not INTEGER.match(raw):
            raise Wrong("not an integer")
        value = int(raw)
        if not low <= value <= high:
            raise Wrong(f"not between {low} and {high}")
        return value

    return parse


def price(raw: str) -> Decimal:
    if not PRICE.match(raw):
        raise Wrong("not a price")
    return Decimal(raw)


def amount(raw: str) -> Decimal:
    """An amount in major units; the number of decimals is checked once the currency is known."""
    if not PRICE.match(raw):
        raise Wrong("not an amount")
    return Decimal(raw)


def degrees(low: int, high: int) -> Parse:
    def parse(raw: str) -> float:
        try:
            value = Decimal(raw)
        except InvalidOperation:
            raise Wrong("not a number of degrees") from None
        if not DEGREES.match(raw) or not low <= value <= high:
            raise Wrong(f"not between {low} and {high}")
        return float(value)

    return parse


def day(raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise Wrong("not a date") from None


def moment(raw: str) -> datetime:
    try:
        value = datetime.fromisoformat(raw)
    except ValueError:
        raise Wrong("not a time") from None
    if value.tzinfo is None:
        raise Wrong("not a time")
    return value


def clock(raw: str) -> time:
    if raw == "24:00":
        return END_OF_DAY
    if not CLOCK.match(raw):
        raise Wrong("not a clock")
    return time.fromisoformat(raw)


def yes_no(raw: str) -> bool:
    if raw not in {"yes", "no"}:
        raise Wrong("not one of yes, no")
    return raw == "yes"


def one_of(*choices: str) -> Parse:
    def parse(raw: str) -> str:
        if raw not in choices:
            raise Wrong(f"not one of {', '.join(choices)}")
        return raw

    return parse


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(raw: str) -> str:
    if raw not in _zones():
        raise Wrong("not a zone")
    return raw


currency = matching(re.compile(r"^[A-Z]{3}$"), "currency")
country = matching(re.compile(r"^[A-Z]{2}$"), "country")
language = matching(LANGUAGE, "language tag", 12)


def argon2id(raw: str) -> str:
    if not raw.startswith("$argon2id$") or len(raw) > 255:
        raise Wrong("not an argon2id hash")
    return raw


def hex_colour(raw: str) -> str:
    if not re.match(r"^#[0-9A-Fa-f]{6}$", raw):
        raise Wrong("not a colour like #5B6B78")
    return raw.upper()


def web_address(raw: str) -> str:
    if not re.match(r"^https?://[^\s\"<>]+$", raw) or len(raw) > 500:
        raise Wrong("not a web address")
    return raw


def digits(raw: str | None) -> str | None:
    """The digits of a phone number, by which it is looked up; None when there are none."""
    return re.sub(r"\D", "", raw) or None if raw else None


def key_of(raw: str) -> str:
    """A SKU or part number as people type it: upper case, letters and digits only."""
    return re.sub(r"[^A-Za-z0-9]", "", raw).upper()
