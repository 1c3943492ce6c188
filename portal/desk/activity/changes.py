"""What an act changed, in words: from what to what."""

from __future__ import annotations

from portal.accounts.roles import ROLE_LABELS
from portal.touchpoints.kind import Props

# What a timeline calls the values that acts change.
_NAMES = {
    "role": "role",
    "access": "access",
    "order_limit": "limit per order",
    "limit_minor": "credit limit",
    "kind": "due day",
    "days": "days to pay",
    "discount_bp": "early-payment discount",
    "discount_days": "days for the discount",
    "invoice_per": "invoice for each",
    "hold_after_days": "held after days overdue",
    "promises_suspend_hold": "promises suspend the hold",
    "remind": "reminders",
    "remind_at": "reminded on days around the due day",
}
_VALUES = {
    **{code: words.lower() for code, words in ROLE_LABELS.items()},
    "net": "days after the invoice",
    "eom": "days after the end of the month",
}


def change_words(props: Props) -> str:
    """``role buyer → viewer, days to pay 30 → 45``; empty when the touchpoint tells no values."""
    before, after = _values(props.get("before")), _values(props.get("after"))
    return ", ".join(_one(name, before.get(name, ""), value) for name, value in after.items())


def _values(told: list[str] | None) -> dict[str, str]:
    return {name: value for name, _, value in (each.partition("=") for each in told or [])}


def _one(name: str, before: str, after: str) -> str:
    return f"{_NAMES.get(name, name.replace('_', ' '))} {_word(name, before)} → {_word(name, after)}"


def _word(name: str, value: str) -> str:
    if name == "discount_bp" and value.isdigit():
        return f"{int(value) / 100:g}%"
    return _VALUES.get(value, value) or "none"
