"""A line of a draft as of today: what it is, what it costs, and why it cannot be ordered, if it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.billing.tax.rules import Taxed, taxes_of
from portal.foundation.money import line_total
from portal.orders.drafts.problems import PROBLEM_WORDS, Problem
from portal.orders.models.drafts import LastTime
from portal.orders.quantities import pack_words


@dataclass(slots=True)
class Line:
    """One line. Price and total (net) are None while there is no price; the tax is zero until it is read;
    ``available`` is the stock at the draft's store, None if it was not read. ``bought`` is what the order has of the
    variant, its colours together: what quantity breaks count; ``sold_from`` the fewest that have a price."""

    id: int
    position: int
    variant_id: int
    quantity: int
    colour_number: str | None
    last_time: LastTime | None
    sku: str
    name: str
    sheen: str
    tint_base: str
    size: str
    unit: str
    pack_size: int
    tintable: bool
    discontinued_on: date | None
    replacement_id: int | None
    replacement_sku: str | None
    replacement_name: str | None
    product_code: str
    colour_name: str | None
    colour_hex: str | None
    unit_price: Decimal | None = None
    total_minor: int | None = None
    tax_share: Decimal = Decimal(0)
    tax_minor: int = 0
    tax_by_document: bool = False  # rounded once on the order, and shared
    price_words: str = ""
    available: int | None = None
    problem_code: Problem | None = None
    bought: int = 0
    sold_from: int = 1

    @property
    def problem(self) -> str | None:
        """Why it cannot be ordered, in words; None if it can."""
        if self.problem_code is None:
            return None
        if self.problem_code == Problem.NOT_IN_PACKS:
            return pack_words(self.quantity, self.pack_size)
        if self.problem_code == Problem.TOO_FEW:
            return f"It has a price from {self.sold_from:,} on; take more of it."
        return PROBLEM_WORDS[self.problem_code]

    @property
    def is_no_longer_made(self) -> bool:
        """True if it cannot be ordered because it is no longer made."""
        return self.problem_code == Problem.NO_LONGER_MADE

    @property
    def details(self) -> list[str]:
        """Sheen and base; the size is part of the name."""
        return [part for part in (self.sheen, self.tint_base) if part]

    @property
    def is_short(self) -> bool:
        """True if the draft's store has fewer than wanted."""
        return self.available is not None and self.available < self.quantity

    def price_it(self, unit_price: Decimal, currency: str, words: str) -> None:
        """Give it today's price; the total is rounded here, once."""
        self.unit_price = unit_price
        self.total_minor = line_total(unit_price, self.quantity, currency)
        self.price_words = words

    def find_problem(self, today: date) -> None:
        """Set why the line cannot be ordered, if it cannot."""
        if self.discontinued_on is not None and self.discontinued_on <= today:
            self.problem_code = Problem.NO_LONGER_MADE
        elif self.unit_price is None:
            self.problem_code = Problem.TOO_FEW if self.sold_from > max(1, self.bought) else Problem.NO_PRICE
        elif self.quantity % self.pack_size:
            self.problem_code = Problem.NOT_IN_PACKS
        elif self.colour_number and not self.tintable:
            self.problem_code = Problem.NOT_TINTABLE


def total_of(lines: list[Line]) -> int:
    """What a draft costs before tax: the sum of the line totals that are shown, in minor units."""
    return sum(line.total_minor or 0 for line in lines)


def tax_of(lines: list[Line]) -> int:
    """The tax on it: the sum of the lines' taxes, in minor units."""
    return sum(line.tax_minor for line in lines)


def tax_lines(lines: list[Line], taxed: Taxed, currency: str) -> None:
    """Give priced lines their taxes; rounded here, once."""
    nets = [line.total_minor or 0 for line in lines]
    taxes = taxes_of(nets, taxed.share, currency, by_document=taxed.by_document)
    for line, tax in zip(lines, taxes, strict=True):
        line.tax_share, line.tax_minor, line.tax_by_document = taxed.share, tax, taxed.by_document


def wanted_by_variant(lines: list[Line]) -> dict[int, int]:
    """How many of each variant, its colours together: what has to be in stock."""
    wanted: dict[int, int] = {}
    for line in lines:
        wanted[line.variant_id] = wanted.get(line.variant_id, 0) + line.quantity
    return wanted


def there(lines: list[Line]) -> list[int]:
    """How many of each line the draft's store has free; all of them where its stock was not read."""
    return [line.quantity if line.available is None else min(line.quantity, line.available) for line in lines]


def tint_quantity(lines: list[Line], shares: list[int]) -> int:
    """Units that the store has to tint of what is there.

    :param shares: how many of each line are there.
    """
    return sum(share for line, share in zip(lines, shares, strict=True) if line.colour_number)


def share_out(lines: list[Line], reserved: Mapping[int, int]) -> list[int]:
    """How many each line gets of what is reserved per variant: lines in their order, first come, first served."""
    left = dict(reserved)
    shares = []
    for line in lines:
        share = min(line.quantity, left.get(line.variant_id, 0))
        left[line.variant_id] = left.get(line.variant_id, 0) - share
        shares.append(share)
    return shares
