"""Ids of touchpoints: a fact's id follows from what it is, any other's from when it was."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.foundation.clock import to_microseconds

NAMESPACE = uuid.UUID("6f2d1c58-9f0e-5b7a-8a3e-2c4f5d6b7a81")
# What the fingerprint leaves out: the id itself and what is only known when the row is stored.
NOT_CONTENT = frozenset({"event_id", "fingerprint", "received_us", "recorded_us", "xid", "session_seq"})


def fact_id(key: str) -> uuid.UUID:
    """UUIDv5 of ``name:entity[:version]``: the same fact always has the same id, so a replay collides."""
    return uuid.uuid5(NAMESPACE, key)


def moment_id(moment: datetime) -> uuid.UUID:
    """UUIDv7 (RFC 9562): milliseconds of ``moment``, then 74 random bits."""
    milliseconds = to_microseconds(moment) // 1000
    noise = secrets.randbits(74)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (noise >> 62) << 64
    return uuid.UUID(int=value | 0b10 << 62 | noise & ((1 << 62) - 1))


def fingerprint(row: Mapping[str, Any]) -> str:
    """Digest of what a row says, regardless of who stored it and when: 128 bits of BLAKE2b over its canonical JSON."""
    content = {k: v for k, v in row.items() if v is not None and k not in NOT_CONTENT}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
