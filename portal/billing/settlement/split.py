"""How money, credit memos and early-payment discounts meet invoices. Pure rules, in minor units of one currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a document is settled: of an invoice (above zero, discount included) or a credit memo (below)."""

    invoice_id: int
    amount_minor: int
    discount_minor: int = 0
    short_reason: str = ""
    short_note: str = ""

    @property
    def to_pay_minor(self) -> int:
        """What has to come from money and memos; of a memo, what it gives."""
        return self.amount_minor - self.discount_minor


@dataclass(frozen=True, slots=True)
class MemoUse:
    """So much of a credit memo for an invoice."""

    memo_id: int
    invoice_id: int
    amount_minor: int


@dataclass(slots=True)
class Split:
    """What becomes of money: parts for invoices by their id, the rest is unapplied."""

    paid: dict[int, int] = field(default_factory=dict)
    discounts: dict[int, int] = field(default_factory=dict)
    memos: list[MemoUse] = field(default_factory=list)
    unapplied_minor: int = 0


def due_now(shares: Sequence[Share]) -> int:
    """What is to be paid in money for the shares: invoices less discounts less credit memos."""
    return sum(share.to_pay_minor for share in shares)


def split(money_minor: int, shares: Sequence[Share], open_minor: Mapping[int, int]) -> Split:
    """Settle the shares as far as the documents are still open, in the order of the invoices' ids.

    Credit memos go first, then money. A discount is given only where all of its share is settled. What no invoice
    takes any more is unapplied: money never disappears.
    """
    result, left = Split(), money_minor
    memos = [
        [share.invoice_id, min(-share.amount_minor, max(0, -open_minor.get(share.invoice_id, 0)))]
        for share in sorted(shares, key=lambda each: each.invoice_id)
        if share.amount_minor < 0
    ]
    for share in sorted(shares, key=lambda each: each.invoice_id):
        if share.amount_minor <= 0:
            continue
        want = min(share.amount_minor, max(0, open_minor.get(share.invoice_id, 0)))
        off = min(share.discount_minor, want)
        credited = sum(amount for _, amount in memos)
        if left + credited < want - off:
            off = 0  # not all of it is settled now
        missing = want - off
        missing -= _use_memos(result, memos, share.invoice_id, missing)
        part = min(missing, left)
        left -= part
        for chosen, amount in ((result.paid, part), (result.discounts, off)):
            if amount:
                chosen[share.invoice_id] = amount
    result.unapplied_minor = left
    return result


def _use_memos(result: Split, memos: list[list[int]], invoice_id: int, missing: int) -> int:
    used = 0
    for memo in memos:
        amount = min(memo[1], missing - used)
        if amount > 0:
            result.memos.append(MemoUse(memo[0], invoice_id, amount))
            memo[1] -= amount
            used += amount
    return used


def spread(amount_minor: int, owed: list[tuple[int, int]]) -> dict[int, int]:
    """Spread an amount over what is owed, in the order given: each id gets all that it lacks until nothing is left.

    :param owed: pairs of an id and its open amount.
    """
    parts: dict[int, int] = {}
    for id, lacking in owed:
        part = min(amount_minor, lacking)
        if part > 0:
            parts[id] = part
            amount_minor -= part
    return parts
