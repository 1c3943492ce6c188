"""How money, credit memos and early-payment discounts are allocated to invoices. Pure rules, in minor units of one currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Share:
    """What is settled of an invoice (above zero, discount included) or used of a credit memo (below zero)."""

    invoice_id: int
    amount_minor: int
    discount_minor: int = 0
    short_reason: str = ""
    short_note: str = ""

    @property
    def to_pay_minor(self) -> int:
        """What money and memos have to cover; of a memo, what it covers (below zero)."""
        return self.amount_minor - self.discount_minor


@dataclass(frozen=True, slots=True)
class MemoUse:
    """The part of a credit memo that is used for an invoice."""

    memo_id: int
    invoice_id: int
    amount_minor: int


@dataclass(slots=True)
class Split:
    """How a payment is allocated: parts by invoice id; the rest is unapplied."""

    paid: dict[int, int] = field(default_factory=dict)
    discounts: dict[int, int] = field(default_factory=dict)
    memos: list[MemoUse] = field(default_factory=list)
    unapplied_minor: int = 0


def due_now(shares: Sequence[Share]) -> int:
    """What the shares cost: invoices less discounts less credit memos."""
    return sum(share.to_pay_minor for share in shares)


def split(money_minor: int, shares: Sequence[Share], open_minor: Mapping[int, int]) -> Split:
    """Settle the shares as far as their documents are open, in the order of the invoices' ids.

    Credit memos go first, then money. A discount is given only where all of its share is settled. What no invoice
    takes is unapplied: money never disappears.

    :param open_minor: by document, below zero of credit memos.
    """
    result, left = Split(), money_minor
    in_order = sorted(shares, key=lambda share: share.invoice_id)
    memos = [_Memo(share, open_minor) for share in in_order if share.amount_minor < 0]
    for share in in_order:
        if share.amount_minor > 0:
            left -= _settle(result, memos, share, max(0, open_minor.get(share.invoice_id, 0)), left)
    result.unapplied_minor = left
    return result


class _Memo:
    """A credit memo and what is left of its share."""

    def __init__(self, share: Share, open_minor: Mapping[int, int]) -> None:
        self.id = share.invoice_id
        self.left = min(-share.amount_minor, max(0, -open_minor.get(share.invoice_id, 0)))


def _settle(result: Split, memos: Sequence[_Memo], share: Share, open_minor: int, money: int) -> int:
    """Settle one invoice's share; how much of the money it took."""
    amount = min(share.amount_minor, open_minor)
    discount = min(share.discount_minor, amount)
    if money + sum(memo.left for memo in memos) < amount - discount:
        discount = 0  # not all of it is settled now
    missing = amount - discount
    missing -= _use_memos(result, memos, share.invoice_id, missing)
    paid = min(missing, money)
    for chosen, part in ((result.paid, paid), (result.discounts, discount)):
        if part:
            chosen[share.invoice_id] = part
    return paid


def _use_memos(result: Split, memos: Sequence[_Memo], invoice_id: int, missing: int) -> int:
    used = 0
    for memo in memos:
        amount = min(memo.left, missing - used)
        if amount > 0:
            result.memos.append(MemoUse(memo.id, invoice_id, amount))
            memo.left -= amount
            used += amount
    return used


def spread(amount_minor: int, owed: list[tuple[int, int]]) -> dict[int, int]:
    """Spread an amount over what is owed, in the order given: each id gets all that it is owed until nothing is left.

    :param owed: pairs of an id and its open amount.
    """
    parts: dict[int, int] = {}
    for id, lacking in owed:
        part = min(amount_minor, lacking)
        if part > 0:
            parts[id] = part
            amount_minor -= part
    return parts
