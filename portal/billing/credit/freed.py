"""Which open invoices to pay so that enough credit is free. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

# Sums are bits of one number; above so many, amounts are compared in coarser units, and never too little is freed.
MOST_BITS = 16_000_000
# So many numbers of sums are kept; those between are made again.
STRIDE = 10


def cheapest(owed: Sequence[tuple[int, int]], needed_minor: int) -> list[int]:
    """The invoices whose payment frees enough and costs least; among equals the oldest. All ids when everything together
    is not enough.

    :param owed: id and payable amount (minor units, above zero), the oldest first.
    """
    if needed_minor <= 0:
        return []
    if sum(amount for _, amount in owed) <= needed_minor:
        return [id for id, _ in owed]
    unit = max(gcd(*(amount for _, amount in owed)), 1 + 2 * needed_minor // MOST_BITS)
    amounts = [amount // unit for _, amount in owed]
    target = -(-needed_minor // unit)
    if sum(amounts) < target:  # only so coarse that the last invoice counts
        return [id for id, _ in owed]
    return [owed[at][0] for at in _least_sum(amounts, target)]


def _least_sum(amounts: Sequence[int], target: int) -> list[int]:
    """The places whose amounts have the least sum of ``target`` or more; of several such, the first ones."""
    single = min((amount for amount in amounts if amount >= target), default=2 * target)
    if sum(amount for amount in amounts if amount < target) < target:
        return [amounts.index(single)]
    reached = _Sums(amounts, min(single, 2 * target))
    left = reached.least(target)
    chosen = []
    for at in reversed(range(len(amounts))):
        if not reached.up_to(at) >> left & 1:
            chosen.append(at)
            left -= amounts[at]
    return chosen[::-1]


class _Sums:
    """Which sums, up to a limit, the first amounts can have: bit n of a number stands for the sum n."""

    def __init__(self, amounts: Sequence[int], limit: int) -> None:
        self._amounts, self._mask = amounts, (1 << (limit + 1)) - 1
        self._kept = {0: 1}
        self._near: dict[int, int] = {}
        sums = 1
        for at, amount in enumerate(amounts, start=1):
            sums |= sums << amount & self._mask
            if at % STRIDE == 0 or at == len(amounts):
                self._kept[at] = sums

    def least(self, target: int) -> int:
        """The least sum of all amounts that is ``target`` or more."""
        above = self._kept[len(self._amounts)] >> target
        return target + (above & -above).bit_length() - 1

    def up_to(self, count: int) -> int:
        """The sums of the first ``count`` amounts."""
        if count in self._kept:
            return self._kept[count]
        if count not in self._near:
            first = count - count % STRIDE
            self._near = {first: self._kept[first]}
            for at in range(first, count):
                sums = self._near[at]
                self._near[at + 1] = sums | sums << self._amounts[at] & self._mask
        return self._near[count]
