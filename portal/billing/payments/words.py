"""What became of a payment, in words for people. Pure."""

from __future__ import annotations


def history_words(kind: str, account: str, amount_minor: int) -> str:
    """What a ledger entry in a payment's history did, on an invoice or on unapplied cash (minor units)."""
    to_us = amount_minor < 0
    if account == "unapplied":
        return "Waits unapplied" if to_us else "Taken from what waited"
    if to_us:
        return "Put onto"
    return {"refund": "Open again", "chargeback_lost": "Open again", "reversal": "Open again"}.get(
        kind, "Taken off"
    )
