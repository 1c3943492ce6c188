"""What a stored password's hash asks of a sign-in: the parameters of argon2id, and how much of them is affordable."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(
    r"\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,2}),p=([0-9]{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,171}"
)
LONGEST = 255
# No library offers more than this; whatever asks for it is no hash that somebody signs in with.
_ABSURD_MEMORY = 1_048_576
# 128 MiB five times over takes about a second of one core. More of it, and a few wrong passwords for one account would
# keep everybody else from signing in.
MOST_MEMORY, MOST_WORK, MOST_PASSES, MOST_LANES = 131_072, 5 * 131_072, 20, 16
AFFORDABLE = "at most 128 MiB (m=131072) and 5 passes of it (t=5)"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Memory in KiB, passes over it, and lanes."""

    memory: int
    passes: int
    lanes: int

    @classmethod
    def of(cls, stored: str) -> Self | None:
        """Those of a hash; None if it is no hash of argon2id."""
        found = _FORM.fullmatch(stored)
        if found is None or len(stored) > LONGEST:
            return None
        memory, passes, lanes = map(int, found.groups())
        return cls(memory, passes, lanes) if memory <= _ABSURD_MEMORY else None

    @property
    def affordable(self) -> bool:
        """Whether one sign-in may ask for this much. ``portal verify`` says the same in SQL (sign_in/checks.py)."""
        return (
            8 <= self.memory <= MOST_MEMORY
            and 1 <= self.passes <= MOST_PASSES
            and self.memory * self.passes <= MOST_WORK
            and 1 <= self.lanes <= MOST_LANES
        )

    def nobodys_hash(self) -> str:
        """A hash of these parameters that belongs to no password: verifying one takes as long as for a real one."""
        salt, digest = (b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, 32))
        return f"$argon2id$v=19$m={self.memory},t={self.passes},p={self.lanes}${salt}${digest}"
