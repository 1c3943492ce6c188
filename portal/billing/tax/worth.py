"""Net amount and tax of something that was charged or credited. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Worth(NamedTuple):
    """Net amount and tax in minor units."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax

    def less(self, other: Worth) -> Worth:
        """This without the other."""
        return Worth(self.net - other.net, self.tax - other.tax)

    def plus(self, other: Worth) -> Worth:
        """Both together."""
        return Worth(self.net + other.net, self.tax + other.tax)

    def positive(self) -> Worth:
        """Each part, zero where it is below."""
        return Worth(max(0, self.net), max(0, self.tax))

    def at_most(self, other: Worth) -> Worth:
        """The smaller of each part."""
        return Worth(min(self.net, other.net), min(self.tax, other.tax))


NOTHING = Worth(0, 0)
