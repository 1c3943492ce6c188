"""How much is to be paid ahead so that a draft can be placed. Pure rules, in minor units."""

from __future__ import annotations

from typing import Protocol


class Credit(Protocol):
    """A company's credit. Money paid ahead has lowered ``used_minor`` already."""

    @property
    def limit_minor(self) -> int: ...
    @property
    def used_minor(self) -> int: ...


def missing_minor(total_minor: int, credit: Credit) -> int:
    """What has to come in before an order of this total fits the limit."""
    return max(0, credit.used_minor + total_minor - credit.limit_minor)


def ahead_minor(total_minor: int, paid_minor: int, credit: Credit) -> int:
    """What is still to be paid ahead: all of the order, or more where the limit is passed already, less what was paid
    for it; zero or below if that is enough.

    :param paid_minor: unapplied money that was paid ahead for this draft.
    """
    return max(total_minor - paid_minor, missing_minor(total_minor, credit))
