"""Links sent by mail. The token is in the query string, which none of our logs records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A new one-time link: its row's id, its token (stored nowhere), and how long it works."""

    id: int
    token: str
    lifetime: timedelta


def reset_link(public_url: str, token: str) -> str:
    """Where a new password is chosen."""
    return f"{public_url}/reset?token={token}"


def invitation_link(public_url: str, token: str) -> str:
    """Where an invitation is accepted."""
    return f"{public_url}/invitation?token={token}"
