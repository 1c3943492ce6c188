"""Saved methods, in words for people. Pure."""

from __future__ import annotations


def suspended_words(method: str) -> str:
    """Why a saved method is not charged, and what to do instead."""
    return (
        f"{method} is suspended, because its bank took back a payment. Pay with another one, or call us and we look "
        "into it."
    )
