"""How much of a draft fits into an amount: lines in their order, whole packs, at the prices that the smaller
quantities have. Pure rules; amounts in minor units, with tax."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.billing.tax.rules import tax_minor
from portal.catalog.prices.rules import PriceRow, breaks, price
from portal.foundation.inputs import read_id, read_number
from portal.foundation.money import line_total
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
        return ",".join(f"{part.line.id}:{part.now}" for part in self.parts)


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
    left, parts = available_minor, []
    for line in lines:
        units, cost = _most(line, left, rows.get(line.variant_id, ()), currency, on)
        left -= cost
        parts.append(Part(line, units, line.quantity - units, cost))
    return Fit(tuple(parts))


def _most(line: Line, left: int, rows: Sequence[PriceRow], currency: str, on: date) -> tuple[int, int]:
    """Units and their cost: all of the line, or the largest number of packs that is within what is left."""

    def cost(units: int) -> int | None:
        found = price(rows, quantity=units, on=on) if units else None
        return None if found is None else _cost(found.unit_price, units, line.tax_share, currency)

    for units in _candidates(line, left, rows, cost, on):
        price_of_all = cost(units)
        if price_of_all is not None and price_of_all <= left:
            return units, price_of_all
    return 0, 0


def _candidates(
    line: Line, left: int, rows: Sequence[PriceRow], cost: Callable[[int], int | None], on: date
) -> Iterable[int]:
    """The whole line, then for each step of its price, from the largest down, the most that fits there."""
    yield line.quantity
    below = line.quantity
    for step in reversed(breaks(rows, on=on)):
        if step.min_quantity > below:
            continue
        first = -(-max(step.min_quantity, 1) // line.pack_size)
        last = (below - 1) // line.pack_size if below == line.quantity else below // line.pack_size
        yield _largest(first, last, line.pack_size, left, cost)
        below = step.min_quantity - 1


def _largest(first: int, last: int, pack: int, left: int, cost: Callable[[int], int | None]) -> int:
    """Within one step of the price the cost grows with the packs, so halving finds the most that fits."""
    best = 0
    while first <= last:
        middle = (first + last) // 2
        found = cost(middle * pack)
        if found is not None and found <= left:
            best, first = middle * pack, middle + 1
        else:
            last = middle - 1
    return best


def _cost(unit_price: Decimal, units: int, share: Decimal, currency: str) -> int:
    net = line_total(unit_price, units, currency)
    return net + tax_minor(net, share, currency)


def read_plan(text: str) -> dict[int, int] | None:
    """What :attr:`Fit.plan` wrote; None if it is something else."""
    found: dict[int, int] = {}
    for part in text.split(","):
        typed_line, _, typed_units = part.partition(":")
        line, units = read_id(typed_line), read_number(typed_units, digits=9)
        if line is None or units is None or line in found:
            return None
        found[line] = units
    return found
