"""How much of a company's own credit goes onto which invoice before anything is charged. Pure rules, in minor units.

The oldest credit goes first, money on account before credit memos. Money on account is not put onto an invoice that has an
early-payment discount today: the discount is for paying all of it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be settled of an invoice, and the early-payment discount in it."""

    invoice_id: int
    amount_minor: int
    saved_minor: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """A part of one source of credit for one invoice."""

    source_id: int
    invoice_id: int
    amount_minor: int


def cash_uses(wanted: Sequence[Wanted], sources: Sequence[tuple[int, int]]) -> list[Use]:
    """What goes from which payment onto which invoice, in the order of both.

    :param sources: payments with what is free of each, the oldest first.
    """
    uses: list[Use] = []
    left = dict(sources)
    for want in wanted:
        missing = 0 if want.saved_minor else want.amount_minor
        for payment_id, _ in sources:
            part = min(missing, left[payment_id])
            if part > 0:
                uses.append(Use(payment_id, want.invoice_id, part))
                left[payment_id] -= part
                missing -= part
    return uses


def memo_shares(due_minor: int, sources: Sequence[tuple[int, int]]) -> dict[int, int]:
    """What is used of which credit memo, above zero, the oldest first, until nothing is due.

    :param due_minor: what is left to be paid, discounts taken off.
    :param sources: memos with what is free of each, above zero, the oldest first.
    """
    shares: dict[int, int] = {}
    for memo_id, free in sources:
        part = min(free, due_minor)
        if part > 0:
            shares[memo_id] = part
            due_minor -= part
    return shares


def charged_minor(wanted: Sequence[Wanted], cash_minor: int, memo_minor: int) -> int:
    """What is left to charge once all credit that fits is used."""
    due = sum(want.amount_minor - want.saved_minor for want in wanted)
    plain = sum(want.amount_minor for want in wanted if not want.saved_minor)
    return max(0, due - min(cash_minor, plain) - memo_minor)
