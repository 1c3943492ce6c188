"""Passwords: argon2id hashes and the rule for a good password. Pure functions, no tables."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.foundation.errors import Rejected

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane. Two cores can sign in a whole crew without swapping.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
SHORTEST = 10
LONGEST = 200


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody signs in with this")


def hash_password(password: str) -> str:
    """The argon2id hash to store, parameters and salt included."""
    return HASHER.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the stored hash.

    Without a stored hash the same work is done on a dummy hash, so that response times do not reveal
    whether an account exists.
    """
    try:
        fits = HASHER.verify(stored or _nobodys_hash(HASHER), password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None


def needs_rehash(stored: str) -> bool:
    """True if the hash was made with parameters other than the current ones."""
    return HASHER.check_needs_rehash(stored)


def check_quality(password: str, *, email: str, field: str = "password") -> None:
    """Length matters, character classes do not (NIST SP 800-63B).

    :raises Rejected: if the password is too short, too long or easy to guess.
    """
    if len(password) < SHORTEST:
        raise Rejected("password_short", f"Use at least {SHORTEST} characters.", field=field)
    if len(password) > LONGEST:
        raise Rejected("password_long", f"Use at most {LONGEST} characters.", field=field)
    plain = password.lower()
    if (
        len(set(plain)) < 4
        or plain in {email, email.split("@", maxsplit=1)[0]}
        or plain.startswith("password")
    ):
        raise Rejected("password_guessable", "That is easy to guess. Use a few words together.", field=field)
