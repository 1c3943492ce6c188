"""Why something that was charged is credited, and what may go back on the shelf. Pure rules."""

from __future__ import annotations

# Goods come back because the customer has no use for them: only what can be sold again.
RETURNS = {"unused": "Not needed, unopened", "wrong_item": "Not what was ordered"}
# Something was wrong: the customer is credited whatever it is, tinted goods too.
CLAIMS = {
    "damaged": "Damaged or faulty",
    "mistinted": "Tinted to the wrong colour",
    "not_received": "Charged, but not received",
}
REASONS = {**RETURNS, **CLAIMS}


def is_claim(reason: str) -> bool:
    """True where the goods are not what is credited for, but what was wrong with them."""
    return reason in CLAIMS


def refusal(reason: str, *, tinted: bool) -> str | None:
    """Why goods cannot come back for this reason; None when they can."""
    if tinted and not is_claim(reason):
        return "It is tinted to order, so it cannot come back unused. Credit it when something was wrong with it."
    if not tinted and reason == "mistinted":
        return "It has no colour that could be wrong. Choose another reason."
    return None


def is_sellable(reason: str, *, tinted: bool) -> bool:
    """True where what comes back may be sold to somebody else."""
    return not tinted and reason in (*RETURNS, "not_received")
