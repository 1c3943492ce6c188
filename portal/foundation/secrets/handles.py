"""What stands for a row's number wherever customers see it: in addresses, fields of forms and cursors.

The numbers themselves count everybody's rows, so that each tells how much others do and whether a row is new. A handle
is the number and what it numbers, encrypted (one block of AES) with a key that the database keeps: it tells nothing,
leads back without a query, and nobody makes one up (decision 34).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Literal

import psycopg
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from sqlalchemy import Engine

Kind = Literal[
    "address",
    "approval",
    "company",
    "credit",
    "cursor",
    "document",
    "document_address",
    "draft",
    "exemption",
    "job",
    "line",
    "link",
    "method",
    "passkey",
    "person",
    "session",
    "stay",
]
LENGTH = 26  # letters and digits of a block
HANDLE = re.compile(r"[a-z2-7]{26}")
_MAKE = """
insert into handle_key (key) select decode(replace(gen_random_uuid()::text, '-', ''), 'hex')
 where not exists (select from handle_key) on conflict do nothing"""


class Handles:
    """Handles of one key, which is read when the first one is asked for."""

    def __init__(self) -> None:
        self._read: Callable[[], bytes] | None = None
        self._cipher: Cipher[ECB] | None = None

    def use(self, read: Callable[[], bytes]) -> None:
        """From now on the key is what ``read`` gives: 16 bytes."""
        self._read, self._cipher = read, None

    def make(self, kind: Kind, number: int) -> str:
        """The handle of a row."""
        block = _tag(kind) + number.to_bytes(8, "big", signed=True)
        sealed = self._keyed().encryptor().update(block)
        return base64.b32encode(sealed).decode().rstrip("=").lower()

    def read(self, kind: Kind, text: str | None) -> int | None:
        """The number in a handle; None if it is no handle of this kind."""
        if text is None or not HANDLE.fullmatch(text):
            return None
        try:
            sealed = base64.b32decode(text.upper() + "======")
        except binascii.Error:
            return None
        block = self._keyed().decryptor().update(sealed)
        number = int.from_bytes(block[8:], "big", signed=True)
        # Compared as a whole: the last letter has two bits to spare, and each row has one spelling.
        return number if text == self.make(kind, number) else None

    def _keyed(self) -> Cipher[ECB]:
        if self._cipher is None:
            if self._read is None:
                raise RuntimeError("handles are made before anybody said where their key is")
            self._cipher = Cipher(AES(self._read()), ECB())  # noqa: S305  (one block: there are no patterns to see)
        return self._cipher


_HANDLES = Handles()
handle, read_handle, use_key = _HANDLES.make, _HANDLES.read, _HANDLES.use


def use_database(engine: Engine) -> None:
    """Keep to the key of this database. It is read once, beside the pool, in which requests may be waiting for it."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def read() -> bytes:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            return _key(connection)

    use_key(read)


def _key(connection: psycopg.Connection[tuple[bytes]]) -> bytes:
    """The key; made if a database has none, as after its rows were copied without it."""
    connection.execute(_MAKE)
    row = connection.execute("select key from handle_key").fetchone()
    if row is None:
        raise RuntimeError("the key of handles cannot be read")
    return bytes(row[0])


@cache
def _tag(kind: Kind) -> bytes:
    return hashlib.sha256(f"counterpart {kind}".encode()).digest()[:8]
