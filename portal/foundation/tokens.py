"""Secrets that travel in cookies and links; the database holds their hashes only."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: enough, because a token is random and long."""
    return hashlib.sha256(token.encode()).digest()
