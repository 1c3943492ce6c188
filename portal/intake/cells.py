"""What one field of a CSV file may contain, by type. Pure: text in, value or reason out.

The files are not trusted, so every pattern lists the characters that it accepts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import available_timezones

from portal.foundation.money import exponent
from portal.foundation.secrets.hashes import AFFORDABLE, Parameters
from portal.foundation.smtp.addresses import LONGEST, BadAddress, read_address

Parse = Callable[[str], Any]

# Not \d, which takes the digits of every script.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*")
SEARCHABLE = re.compile(r"[A-Za-z0-9]")
INTEGER = re.compile(r"-?[0-9]{1,12}")
PRICE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,4})?")
PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
COUNT = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,3})?")
SIGNED_AMOUNT = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,4})?")
COMMA = re.compile(r"-?([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+),[0-9]{1,4}")
THREE_AFTER_POINT = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}")
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f\"<>\\^`{|}]+")
HEX = re.compile(r"#[0-9A-Fa-f]{6}")
# Line breaks and tabs among them; U+2028 and U+2029 break lines, too.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
BREAKS = re.compile(r" *[\t\n\x0b\x0c\x85\u2028\u2029][\s]*")
CONTROL_IN_PARAGRAPHS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
YES = frozenset({"yes", "y", "true", "t", "1", "x", "on"})
NO = frozenset({"no", "n", "false", "f", "0", "off"})
END_OF_DAY = time(23, 59, 59)
# Times outside these years are slips of a converter; they would also need a partition of the log each month.
FIRST_YEAR, LAST_YEAR = 1990, 2199


class Wrong(ValueError):
    """The field is not what its type asks for; the text is the reason in the rejected row."""


def not_a(kind: str) -> Wrong:
    """``not a code``, ``not an email``."""
    return Wrong(f"not {'an' if kind[0] in 'aeiou' else 'a'} {kind}")


def _limited(raw: str, limit: int) -> None:
    if len(raw) > limit:
        raise Wrong(f"longer than {limit} characters")


def text(limit: int, *, paragraphs: bool = False) -> Parse:
    """Any characters but control characters. Line breaks and tabs are kept with ``paragraphs``; without, each is a
    blank, as cells of spreadsheets have them inside a name."""
    control = CONTROL_IN_PARAGRAPHS if paragraphs else CONTROL

    def parse(raw: str) -> str:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
        if not paragraphs:
            raw = BREAKS.sub(" ", raw)
        _limited(raw, limit)
        if control.search(raw):
            raise not_a("text without control characters")
        return raw

    return parse


def matching(pattern: re.Pattern[str], kind: str, limit: int = 254) -> Parse:
    """A text of that form, as a whole."""

    def parse(raw: str) -> str:
        _limited(raw, limit)
        if not pattern.fullmatch(raw):
            raise not_a(kind)
        return raw

    return parse


def code(limit: int) -> Parse:
    """A code: what other rows refer to."""
    return matching(CODE, "code", limit)


def item_number(limit: int) -> Parse:
    """The number of something that others make and name: any printable text with a letter or a digit, which is what a
    search goes by."""
    any_text = text(limit)

    def parse(raw: str) -> str:
        number: str = any_text(raw.replace("\u00a0", " "))
        if not (number.isprintable() and SEARCHABLE.search(number)):
            raise not_a("item number")
        return number

    return parse


def email(raw: str) -> str:
    """A mail address, in lower case and in its own letters."""
    _limited(raw, LONGEST)
    try:
        return _address(raw)
    except BadAddress:
        raise not_a("email") from None


@lru_cache(maxsize=32_768)
def _address(raw: str) -> str:
    # The same few people appear in a file's rows over and over.
    return read_address(raw)


def integer(low: int, high: int) -> Parse:
    """A whole number within limits."""

    def parse(raw: str) -> int:
        if not INTEGER.fullmatch(raw):
            raise not_a("integer")
        value = int(raw)
        if not low <= value <= high:
            raise Wrong(f"not between {low} and {high}")
        return value

    return parse


class Decimals:
    """A decimal number of some form, written with a point.

    :param why: the reason for all others.
    """

    def __init__(self, form: re.Pattern[str], why: str, most: int | None = None) -> None:
        self._form, self._why, self._most = form, why, most

    def __call__(self, raw: str) -> Decimal:
        if not self._form.fullmatch(raw) or (self._most is not None and Decimal(raw) > self._most):
            raise Wrong(self._why)
        return Decimal(raw)

    def with_commas(self, raw: str) -> Decimal:
        """The number in a file that separates decimals by commas. A point before three digits may stand for thousands
        there, so without a comma it is refused: nobody can tell."""
        if COMMA.fullmatch(raw):
            return self(raw.replace(".", "").replace(",", "."))
        if THREE_AFTER_POINT.fullmatch(raw):
            raise Wrong("may be thousands or decimals; write it with a comma, or without a point")
        return self(raw)


price = Decimals(PRICE, "not a price")
percent = Decimals(PERCENT, "not between 0 and 100", most=100)
signed_amount = Decimals(SIGNED_AMOUNT, "not an amount")
# In major units; the number of decimals is checked once the currency is known.
amount = Decimals(PRICE, "not an amount")
# Of what is sold by weight or length, and of what came back.
count = Decimals(COUNT, "not a count")


def degrees(low: int, high: int) -> Parse:
    """Decimal degrees of a latitude or longitude."""

    def parse(raw: str) -> float:
        if not DEGREES.fullmatch(raw) or not low <= Decimal(raw) <= high:
            raise Wrong(f"not between {low} and {high}")
        return float(raw)

    return parse


def day(raw: str) -> date:
    """An ISO calendar day."""
    try:
        if DAY.fullmatch(raw):
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise not_a("date")


def moment(raw: str) -> datetime:
    """A time with offset, as UTC."""
    try:
        if MOMENT.fullmatch(raw):
            value = datetime.fromisoformat(raw).astimezone(UTC)
            if FIRST_YEAR <= value.year <= LAST_YEAR:
                return value
    except (ValueError, OverflowError):
        pass
    raise not_a("time")


def clock(raw: str) -> time:
    """HH:MM in a store's local time; 24:00 ends a day."""
    if raw == "24:00":
        return END_OF_DAY
    if not CLOCK.fullmatch(raw):
        raise not_a("clock")
    return time.fromisoformat(raw)


def yes_no(raw: str) -> bool:
    """``yes`` or ``no``, or what spreadsheets and other systems write for them."""
    word = raw.casefold()
    if word in YES or word in NO:
        return word in YES
    return bool(one_of("yes", "no")(raw))


def one_of(*choices: str) -> Parse:
    """One of a few words."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise Wrong(f"not one of {', '.join(choices)}")
        return raw

    return parse


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(raw: str) -> str:
    """An IANA time zone name."""
    if raw not in _zones():
        raise not_a("zone")
    return raw


currency = matching(re.compile(r"[A-Z]{3}"), "currency")
language = matching(LANGUAGE, "language tag", 12)


def argon2id(raw: str) -> str:
    """A password's hash whose parameters a sign-in can afford."""
    asked = Parameters.of(raw)
    if asked is None:
        raise not_a("argon2id hash")
    if not asked.affordable:
        raise Wrong(f"{not_a('argon2id hash')} that a sign-in can afford: {AFFORDABLE}")
    return raw


def hex_colour(raw: str) -> str:
    """``#86AFC8``, in capitals."""
    if not HEX.fullmatch(raw):
        raise Wrong("not a colour like #86AFC8")
    return raw.upper()


def web_address(raw: str) -> str:
    """An http or https address; nothing that a browser would run."""
    if len(raw) > 500 or not WEB_ADDRESS.fullmatch(raw):
        raise not_a("web address")
    return raw


def fits(amount: Decimal, currency: str) -> bool:
    """Whether an amount in major units has no more decimals than its currency."""
    return -int(amount.as_tuple().exponent) <= exponent(currency)
