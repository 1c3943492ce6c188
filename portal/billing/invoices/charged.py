"""An invoice as charged, with what credit memos have corrected of it: the one ceiling for every way to credit. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.billing.tax.worth import NOTHING, Worth


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """A line of an invoice, and what was credited of it by name."""

    line_no: int
    order_line_no: int | None
    sku: str
    name: str
    quantity: int
    tax_share: Decimal
    worth: Worth
    credited: Worth = NOTHING

    @property
    def left(self) -> Worth:
        """What was not credited of it."""
        return self.worth.less(self.credited).positive()


@dataclass(frozen=True, slots=True)
class Charged:
    """An invoice with its lines, and what was credited of it by whatever way.

    :ivar in_proportion: credited of the whole invoice, of no line by name.
    """

    id: int
    number: str
    currency: str
    worth: Worth
    lines: tuple[ChargedLine, ...]
    in_proportion: Worth = NOTHING

    @property
    def by_line(self) -> Worth:
        """Credited of its lines by name."""
        found = NOTHING
        for line in self.lines:
            found = found.plus(line.credited)
        return found

    @property
    def left(self) -> Worth:
        """What can still be credited of it: the one ceiling for every way."""
        return self.worth.less(self.by_line).less(self.in_proportion).positive()

    @property
    def tax_share(self) -> Decimal:
        """The rate that all of it was taxed at; zero where there are several."""
        shares = {line.tax_share for line in self.lines}
        return shares.pop() if len(shares) == 1 else Decimal(0)
