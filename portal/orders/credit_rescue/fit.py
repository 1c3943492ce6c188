"""How much of a draft fits into an amount: lines in their order, whole packs, at the prices that the smaller
quantities have. Pure rules; amounts in minor units, with tax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.billing.tax.rules import tax_minor, tax_up, taxes_of
from portal.catalog.prices.rules import PriceRow, breaks, price
from portal.foundation.inputs import read_number
from portal.foundation.money import line_total
from portal.foundation.secrets.handles import handle, read_handle
from portal.orders.drafts.lines import Line


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a line to order now, at their cost with tax, and those for later."""

    line: Line
    now: int
    later: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Fit:
    """What could be ordered now, and what would wait."""

    parts: tuple[Part, ...]

    @property
    def cost_minor(self) -> int:
        return sum(part.cost_minor for part in self.parts)

    @property
    def now(self) -> list[Part]:
        return [part for part in self.parts if part.now]

    @property
    def later(self) -> list[Part]:
        return [part for part in self.parts if part.later]

    @property
    def plan(self) -> str:
        """For a hidden field: ``line:units now,line:units now``."""
        return ",".join(f"{handle('line', part.line.id)}:{part.now}" for part in self.parts)


def fit(
    lines: Sequence[Line],
    available_minor: int,
    rows: Mapping[int, Sequence[PriceRow]],
    currency: str,
    on: date,
) -> Fit:
    """As much of each line as still fits, from the first line on.

    :param rows: of each variant, what contracts and lists say (``catalog.queries.price_rows``).
    :param on: the day whose prices hold, in the seller's calendar.
    """
    goods = {line.variant_id: _Goods(rows.get(line.variant_id, ()), currency, on) for line in lines}
    left = available_minor
    for line in lines:
        left -= goods[line.variant_id].take(line, left)
    taken = {line.id: (units, net) for each in goods.values() for line, units, net in each.taken()}
    taxes = _taxes(lines, [taken[line.id][1] for line in lines], currency)
    parts = []
    for line, tax in zip(lines, taxes, strict=True):
        units, net = taken[line.id]
        parts.append(Part(line, units, line.quantity - units, net + tax))
    return Fit(tuple(parts))


def _taxes(lines: Sequence[Line], nets: list[int], currency: str) -> list[int]:
    """As an order of these amounts has them."""
    if any(line.tax_by_document for line in lines):
        return taxes_of(nets, lines[0].tax_share, currency, by_document=True)
    return [tax_minor(net, line.tax_share, currency) for net, line in zip(nets, lines, strict=True)]


class _Goods:
    """What is taken of one variant, its colours together: their number decides the price of all of them."""

    def __init__(self, rows: Sequence[PriceRow], currency: str, on: date) -> None:
        self._rows, self._currency, self._on = rows, currency, on
        self._taken: list[tuple[Line, int]] = []

    def take(self, line: Line, left: int) -> int:
        """Take as much of a line as is within what is left; returns what that costs more."""
        before = self.cost() or 0
        for units in self._candidates(line, left + before):
            cost = self.cost((line, units))
            if cost is not None and cost <= left + before:
                self._taken.append((line, units))
                return cost - before
        self._taken.append((line, 0))
        return 0

    def cost(self, *more: tuple[Line, int]) -> int | None:
        """What is taken costs, and perhaps some more; None where so few have no price."""
        found = price(self._rows, quantity=self._count() + sum(n for _, n in more), on=self._on)
        if found is None:
            return None
        return sum(self._cost(found.unit_price, units, line) for line, units in (*self._taken, *more))

    def taken(self) -> Iterable[tuple[Line, int, int]]:
        """Each line with the units that were taken of it, and their net amount."""
        found = price(self._rows, quantity=self._count(), on=self._on)
        for line, units in self._taken:
            yield line, units, line_total(found.unit_price, units, self._currency) if found else 0

    def _count(self) -> int:
        return sum(units for _, units in self._taken)

    def _candidates(self, line: Line, budget: int) -> Iterable[int]:
        """The whole line, then for each step of its price, from the largest down, the most that fits there."""
        yield line.quantity
        most, before = line.quantity // line.pack_size - 1, self._count()
        for step in reversed(breaks(self._rows, on=self._on)):
            first = max(1, -(-(step.min_quantity - before) // line.pack_size))
            if first <= most:
                yield self._largest(line, first, most, budget)
                most = first - 1

    def _largest(self, line: Line, first: int, last: int, budget: int) -> int:
        """Within one step of the price the cost grows with the packs, so halving finds the most that fits."""
        best = 0
        while first <= last:
            middle = (first + last) // 2
            found = self.cost((line, middle * line.pack_size))
            if found is not None and found <= budget:
                best, first = middle * line.pack_size, middle + 1
            else:
                last = middle - 1
        return best

    def _cost(self, unit_price: Decimal, units: int, line: Line) -> int:
        """With tax; what is rounded on the order is at most each line's rounded up."""
        net = line_total(unit_price, units, self._currency)
        tax = tax_up if line.tax_by_document else tax_minor
        return net + tax(net, line.tax_share, self._currency)


def read_plan(text: str) -> dict[int, int] | None:
    """What :attr:`Fit.plan` wrote; None if it is something else."""
    found: dict[int, int] = {}
    for part in text.split(","):
        typed_line, _, typed_units = part.partition(":")
        line, units = read_handle("line", typed_line), read_number(typed_units, digits=9)
        if line is None or units is None or line in found:
            return None
        found[line] = units
    return found
