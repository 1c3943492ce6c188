"""What a remittance says: numbers of invoices in any order, with any separators, and amounts beside them. Pure rules.

A remittance is pasted as it came: from a mail, a PDF, a spreadsheet. A word without a digit is no number; a bare whole number
is an invoice's where one has it, and otherwise the amount of the invoice before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LONGEST = 20_000  # characters
MOST = 1_000  # invoices in one remittance
_MONEY = (
    r"(?:[$€£¥] ?[0-9][0-9.,]*|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,2}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}"
    r"|[0-9]+[.,][0-9]{2})(?![\w-]|[.,/][0-9])"
)
_TOKEN = re.compile(rf"(?P<money>{_MONEY})|(?P<word>[^\s,;|=]+)")
_DAY = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EDGES = "#().:\"'“”*[]"
_TOGETHER = re.compile("[/+&]")


@dataclass(slots=True)
class Mention:
    """Something in a remittance that may be an invoice's number, as it stands there, with the amount beside it."""

    word: str
    amount: str = ""

    @property
    def text(self) -> str:
        """As it is typed again."""
        return f"{self.word} {self.amount}".strip()


@dataclass(slots=True)
class _Line:
    """One line while it is read: amounts before the first number wait for it."""

    mentions: list[Mention] = field(default_factory=list)
    before: str = ""

    def add_amount(self, amount: str) -> None:
        if self.mentions:
            self.mentions[-1].amount = amount  # of several the last: gross, discount, net
        else:
            self.before = amount


def plain(number: str) -> str:
    """A number for comparing: ``inv 100001`` and ``INV-100001`` are the same."""
    return "".join(each for each in number if each.isalnum()).upper()


def keys_of(number: str) -> set[str]:
    """What an invoice's number may be called by: people leave the prefix of our own numbers out."""
    key = plain(number)
    bare = key.removeprefix("INV")
    return {key, bare} if bare.isdecimal() else {key}


def words_in(text: str) -> list[str]:
    """Everything that may be a number, each once: what has to be looked up before the text can be read."""
    found: dict[str, None] = {}
    for line in text[:LONGEST].splitlines():
        for kind, word in _tokens(line):
            if kind == "word":
                found.update(dict.fromkeys([word, *_TOGETHER.split(word)]))
    return [word for word in found if _has_digit(word)][: 2 * MOST]


def mentions_in(text: str, known: Mapping[str, object]) -> list[Mention]:
    """The invoices that a remittance names, those that nobody knows among them.

    :param known: by :func:`plain`, the numbers that were found.
    """
    found: list[Mention] = []
    for line in text[:LONGEST].splitlines():
        read = _read(line, known)
        if not read.mentions and read.before and found and not found[-1].amount and _is_amount(line):
            found[-1].amount = read.before  # a column of its own: the amount stands below its number
        found += read.mentions
    return _each_once(found)[:MOST]


def _read(line: str, known: Mapping[str, object]) -> _Line:
    read = _Line()
    for kind, word in _tokens(line):
        if kind == "money":
            read.add_amount(word)
        elif word.isdecimal() and plain(word) not in known and read.mentions and not read.mentions[-1].amount:
            read.mentions[-1].amount = word
        else:
            read.mentions += [Mention(each) for each in _numbers(word, known)]
    if len(read.mentions) == 1 and not read.mentions[0].amount:
        read.mentions[0].amount = read.before
    return read


def _numbers(word: str, known: Mapping[str, object]) -> list[str]:
    """A word as numbers: one, several that stand together, or none."""
    if plain(word) in known:
        return [word]
    parts = [each for each in _TOGETHER.split(word) if each]
    if len(parts) > 1 and any(plain(each) in known for each in parts):
        return parts
    return [word] if _has_digit(word) and not _DAY.fullmatch(word) else []


def _tokens(line: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(line):
        word = found[0] if found["money"] else found[0].strip(_EDGES)
        if word:
            yield ("money" if found["money"] else "word", word)


def _has_digit(word: str) -> bool:
    return any(each.isdecimal() for each in word)


def _is_amount(line: str) -> bool:
    return [kind for kind, _ in _tokens(line)] == ["money"]


def _each_once(found: list[Mention]) -> list[Mention]:
    """A number that stands there twice counts once, with the amount that it has."""
    by_key: dict[str, Mention] = {}
    for each in found:
        first = by_key.setdefault(plain(each.word), each)
        first.amount = first.amount or each.amount
    return list(by_key.values())
