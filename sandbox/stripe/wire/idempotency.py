"""Idempotency keys: the first answer is kept for 24 hours and given again; other parameters are refused."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.stripe.store import Store
from sandbox.stripe.wire.errors import ApiError, invalid

KEPT_SECONDS = 24 * 3600
LONGEST = 255


@dataclass(frozen=True)
class Kept:
    """An answer given before."""

    status: int
    body: str
    request_id: str
    replayed: bool = False


class InProgress:
    """Keys whose first request is still being carried out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    @contextmanager
    def holding(self, key: str) -> Iterator[None]:
        """Claim a key for one request.

        :raises ApiError: 409 when another request holds it.
        """
        with self._lock:
            if key in self._keys:
                raise ApiError(
                    409,
                    "idempotency_error",
                    f"Another request with this idempotency key is in progress: {key}. Try again in a moment.",
                    code="idempotency_key_in_use",
                )
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def fingerprint(method: str, path: str, pairs: list[tuple[str, str]]) -> str:
    """Equal for equal requests."""
    return hashlib.sha256(repr((method, path, sorted(pairs))).encode()).hexdigest()


def kept_answer(store: Store, key: str, print_: str) -> Kept | None:
    """The answer kept under a key.

    :raises ApiError: 400 when the key was used for something else.
    """
    if len(key) > LONGEST:
        raise invalid(f"An idempotency key has at most {LONGEST} characters.")
    rows = store.rows("select * from keys where key = ? and created > ?", key, time.time() - KEPT_SECONDS)
    if not rows:
        return None
    if rows[0]["fingerprint"] != print_:
        raise ApiError(
            400,
            "idempotency_error",
            f"Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Use a key other than '{key}' for another request.",
        )
    return Kept(rows[0]["status"], rows[0]["body"], rows[0]["request"], replayed=True)


def keep(store: Store, key: str, print_: str, kept: Kept) -> None:
    """Keep an answer; called in the transaction that it is the answer to."""
    store.run(
        "insert or replace into keys (key, fingerprint, status, body, request, created) values (?, ?, ?, ?, ?, ?)",
        *(key, print_, kept.status, kept.body, kept.request_id, time.time()),
    )
