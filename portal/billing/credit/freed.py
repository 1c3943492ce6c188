"""Which open invoices to pay so that enough credit is free. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence


def fewest(owed: Sequence[tuple[int, int]], needed_minor: int) -> list[int]:
    """The invoices to pay: the oldest ones until enough is free, without those that the others make unnecessary (small
    ones first), so that few are left. All ids when everything together is not enough.

    :param owed: id and payable amount (minor units, above zero), the oldest first.
    """
    chosen: list[tuple[int, int]] = []
    total = 0
    for each in owed:
        if total >= needed_minor:
            break
        chosen.append(each)
        total += each[1]
    for each in sorted(chosen, key=lambda one: one[1]):
        if total - each[1] >= needed_minor:
            chosen.remove(each)
            total -= each[1]
    return [id for id, _ in chosen]
