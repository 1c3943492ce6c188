"""What a part of a line is worth, so that the parts of a line add up to it exactly. Pure rules.

Units of a line are counted off from the first: shipments take theirs in this order, cancelled units come off the
end, and a part is worth the first ``n`` units after it less those before it. Whatever the parts, nothing is lost or
charged twice by rounding; the last part takes the rest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from portal.billing.tax.rules import tax_minor
from portal.billing.tax.worth import Worth
from portal.foundation.money import line_total, proportion


class SoldLine(Protocol):
    """A line as sold: an order's, or a row of it."""

    @property
    def quantity(self) -> int: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def total_minor(self) -> int: ...
    @property
    def tax_share(self) -> Decimal: ...
    @property
    def tax_minor(self) -> int: ...


def first_units(line: SoldLine, units: int, currency: str) -> Worth:
    """What the first ``units`` of a line are worth: unit price × units, rounded, with tax on that. A line whose
    amount is not its price times its quantity (imported ones may be so) is shared out evenly.

    :raises ValueError: for more units than the line has, or a negative number.
    """
    if not 0 <= units <= line.quantity:
        raise ValueError(f"{units} units of a line of {line.quantity}")
    if units == line.quantity:
        return Worth(line.total_minor, line.tax_minor)
    if line_total(line.unit_price, line.quantity, currency) == line.total_minor:
        net = line_total(line.unit_price, units, currency)
    else:
        net = proportion(line.total_minor, units, line.quantity)
    if tax_minor(line.total_minor, line.tax_share, currency) == line.tax_minor:
        return Worth(net, tax_minor(net, line.tax_share, currency))
    return Worth(net, proportion(line.tax_minor, units, line.quantity))


def units_between(line: SoldLine, before: int, after: int, currency: str) -> Worth:
    """What the units after the first ``before`` up to ``after`` are worth."""
    return first_units(line, after, currency).less(first_units(line, before, currency))


def cancelled_worth(line: SoldLine, cancelled: int, currency: str) -> Worth:
    """What is not owed because units of the line are cancelled."""
    return units_between(line, line.quantity - cancelled, line.quantity, currency)
