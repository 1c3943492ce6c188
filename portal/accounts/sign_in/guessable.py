"""Which passwords are too easy to guess. Length matters, character classes do not (NIST SP 800-63B); what is refused is
what people choose first: lists of leaked passwords, sequences, keyboard walks, repeats, dates, and one's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import combining, normalize

from zxcvbn import zxcvbn

from portal.accounts.sign_in.passwords import prepared
from portal.foundation.errors import Rejected

SHORTEST = 10
LONGEST = 200
# Guesses until it falls, as a power of ten. A sign-in allows about a hundred a day.
LEAST_GUESSES = 9.0
# Of the words written together: Ngozi-Okafor is tried as ngoziokafor, but spaces make a few words a good password.
LEAST_TOGETHER = 5.5
# An estimate takes longer with the square of the length, and much longer with each sign that can stand for a letter.
_ESTIMATED, _SIGNS, _MOST_SIGNS = 40, "@({[<!|$+%", 5
# What anybody who has seen a portal like this tries: its name, and the password that the documents print for the demo.
_OURS = (
    "counterpart",
    "portal",
    "paint-the-town",
    "paint the town",
    "paintthetown",
    "orders",
    "trade",
    "staff",
)
_WORD = re.compile(r"[^\W_]+")


def check_quality(password: str, *, email: str, names: Iterable[str] = (), field: str = "password") -> None:
    """Check a password that somebody chose.

    :param names: the person's, the companies', the seller's: everything that others would try first.
    :raises Rejected: if it is too short, too long or easy to guess.
    """
    password = prepared(password)
    if len(password) < SHORTEST:
        raise Rejected("password_short", f"Use at least {SHORTEST} characters.", field=field)
    if len(password) > LONGEST:
        raise Rejected("password_long", f"Use at most {LONGEST} characters.", field=field)
    known = _known([email, *names])
    if any(_guesses(form, known) < least for form, least in _forms(password)):
        raise Rejected(
            "password_guessable",
            "That is easy to guess. Use a few words together that have nothing to do with you or your company.",
            field=field,
        )


def _forms(password: str) -> set[tuple[str, float]]:
    """As typed, without accents, and its words written together, each with the guesses that it must stand."""
    plain = _plain(password)
    together = "".join(_WORD.findall(plain)) or plain
    return {(password, LEAST_GUESSES), (plain, LEAST_GUESSES), (together, LEAST_TOGETHER)}


def _guesses(password: str, known: list[str]) -> float:
    return float(zxcvbn(_affordable(password), user_inputs=known)["guesses_log10"])


def _affordable(password: str) -> str:
    start = password[:_ESTIMATED]
    signs = dict.fromkeys(letter for letter in start if letter in _SIGNS)
    return start.translate({ord(sign): "_" for sign in list(signs)[_MOST_SIGNS:]})


def _plain(text: str) -> str:
    """Without accents: pässwörd is tried as password."""
    return "".join(letter for letter in normalize("NFKD", text) if not combining(letter))


def _known(given: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*_OURS, *(word for text in given for word in _parts(text))]))


def _parts(text: str) -> Iterator[str]:
    """An address or a name as a whole, its words, and its words written together."""
    plain = _plain(text).lower()
    words = [word for word in _WORD.findall(plain) if len(word) > 2]
    yield from (plain, *words, "".join(_WORD.findall(plain)))
    if "@" in plain:
        yield from plain.split("@")
