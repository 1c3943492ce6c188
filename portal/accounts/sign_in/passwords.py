"""Passwords: argon2id hashes, the same work for every address. Pure functions, no tables."""

from __future__ import annotations

from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from portal.foundation.secrets.hashes import Parameters

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane. Two cores can sign in a whole crew without swapping.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def prepared(password: str) -> str:
    """As it is hashed: keyboards and phones spell the same ö in different ways (NIST SP 800-63B asks for this)."""
    return normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The argon2id hash to store, parameters and salt included."""
    return HASHER.hash(prepared(password))


def verify(stored: str | None, password: str, *, like: str | None = None) -> bool:
    """Whether the password belongs to the stored hash.

    Without a stored hash the same work is done on nobody's, so that response times do not reveal whether an account
    exists. The work depends on the typed password and on the hash's parameters only.

    :param like: somebody's hash, of whose parameters nobody's is made; None for today's.
    """
    known = Parameters.of(stored or "")
    usable = stored if known is not None and known.affordable else None
    fits = any(_fits(usable or _nobodys_hash(like), spelling) for spelling in _spellings(password))
    return fits and usable is not None


def needs_rehash(stored: str, password: str) -> bool:
    """True if the hash was made with parameters other than the current ones, or of another spelling of the password."""
    return HASHER.check_needs_rehash(stored) or (
        prepared(password) != password and not _fits(stored, prepared(password))
    )


def _spellings(password: str) -> list[str]:
    """Hashes from before, or from elsewhere, are of the password as it was typed there."""
    return list(dict.fromkeys([prepared(password), password, normalize("NFD", password)]))


def _fits(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError):
        # It could not be read, which took no time.
        return _fits(_nobodys_hash(None), password) and False


def _nobodys_hash(like: str | None) -> str:
    asked = Parameters.of(like or "")
    today = Parameters(HASHER.memory_cost, HASHER.time_cost, HASHER.parallelism)
    return (asked if asked is not None and asked.affordable else today).nobodys_hash()
