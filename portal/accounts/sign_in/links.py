"""Addresses that go out by mail. The token stands in the query, which no log of ours writes down."""

from __future__ import annotations


def reset_link(public_url: str, token: str) -> str:
    """Where a new password is chosen."""
    return f"{public_url}/reset?token={token}"


def invitation_link(public_url: str, token: str) -> str:
    """Where an invitation is accepted."""
    return f"{public_url}/invitation?token={token}"
