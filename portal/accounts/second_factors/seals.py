"""Secrets that must be read again: encrypted in the database, with keys made of the portal's secret key.

Whoever reads the database, or a backup of it, without the secret key reads none of them. After the secret key was
changed nobody does.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """It was sealed with another key, or is damaged."""


@dataclass(frozen=True, repr=False)
class Seal:
    """The key for one purpose; keys of two purposes have nothing in common."""

    key: bytes

    @classmethod
    def of(cls, secret_key: str, purpose: str) -> Seal:
        """The key for ``purpose``, derived from the portal's secret key."""
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"counterpart {purpose}".encode())
        return cls(derived.derive(secret_key.encode()))

    def close(self, secret: str) -> bytes:
        """Encrypt a secret."""
        return self._fernet().encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt a secret.

        :raises Unreadable: if it was sealed with another key.
        """
        try:
            return self._fernet().decrypt(sealed).decode()
        except InvalidToken as error:
            raise Unreadable from error

    def mark(self, message: bytes) -> bytes:
        """A mark (HMAC-SHA-256) that only this key makes for the message."""
        return hmac.digest(self.key, message, sha256)

    def made(self, message: bytes, mark: bytes) -> bool:
        """Whether the mark is this key's for the message, compared in constant time."""
        return hmac.compare_digest(self.mark(message), mark)

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.key))
