"""Ids that look like Stripe's: a prefix that tells the kind, then letters and digits."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def new(prefix: str, length: int = 24) -> str:
    """A new id such as ``ch_3Q…``."""
    return prefix + "_" + "".join(secrets.choice(ALPHABET) for _ in range(length))
