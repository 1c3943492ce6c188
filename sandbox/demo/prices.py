"""What a variant costs: three price lists with a yearly increase and quantity breaks, and contracts below them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.demo.products import Catalogue, Variant

PRICE_LISTS = {"TRADE": "Trade", "PRO": "Contractor Pro", "KEY": "Key accounts"}

# Share of the list price by price list: coatings have the margin to give away, machines have not.
_SHARES = {
    "coatings": {"TRADE": "0.70", "PRO": "0.615", "KEY": "0.55"},
    "sundries": {"TRADE": "0.86", "PRO": "0.79", "KEY": "0.74"},
    "machines": {"TRADE": "0.93", "PRO": "0.89", "KEY": "0.86"},
}
_COATINGS = {
    "Interior paint",
    "Exterior paint",
    "Primer",
    "Stain and clear",
    "Industrial coating",
    "Floor coating",
}
_BY_THE_DOZEN = {"Brushes", "Rollers", "Tape and masking", "Caulk and sealant"}
_INCREASE = Decimal("1.042")  # every first of February
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Span:
    """Days on which one set of list prices holds, and how many increases it lies back."""

    first: date | None
    last: date | None
    increases: int


@dataclass(frozen=True)
class ContractPrice:
    sku: str
    min_quantity: int
    unit_price: Decimal
    first: date
    last: date | None
    contract: str


class Prices:
    """List prices over the whole history up to one day."""

    def __init__(self, catalogue: Catalogue, today: date) -> None:
        self.catalogue = catalogue
        year = today.year if today >= date(today.year, 2, 1) else today.year - 1
        now, before = date(year, 2, 1), date(year - 1, 2, 1)
        day = timedelta(days=1)
        self.spans = [Span(None, before - day, 2), Span(before, now - day, 1), Span(now, None, 0)]
        self._known: dict[tuple[str, str, int, bool], Decimal] = {}

    def rows(self) -> Iterator[tuple[str, Variant, int, Decimal, Span]]:
        """Every row of the price lists: list, variant, from which quantity, price, when."""
        for price_list in PRICE_LISTS:
            for variant in self.catalogue.by_sku.values():
                for span in self.spans:
                    for start in (1, *self._break(price_list, variant)):
                        yield price_list, variant, start, self._price(price_list, variant, start, span), span

    def list_price(self, price_list: str, variant: Variant, quantity: int, day: date) -> Decimal:
        span = next(s for s in self.spans if s.last is None or day <= s.last)
        start = max([1, *(begin for begin in self._break(price_list, variant) if quantity >= begin)])
        return self._price(price_list, variant, start, span)

    def _break(self, price_list: str, variant: Variant) -> tuple[int, ...]:
        """From which quantity it is cheaper. Key accounts have their best price from the first unit."""
        if price_list == "KEY":
            return ()
        if variant.unit == "pail":
            return (10,)
        category = self.catalogue.product_of[variant.sku].category
        return (12,) if category in _BY_THE_DOZEN and variant.unit in ("each", "roll", "tube") else ()

    def _price(self, price_list: str, variant: Variant, start: int, span: Span) -> Decimal:
        key = (price_list, variant.sku, span.increases, start > 1)
        if key not in self._known:
            share = Decimal(_SHARES[self._group(variant)][price_list]) * Decimal("0.97" if start > 1 else "1")
            self._known[key] = _cents(variant.list_price * share / _INCREASE**span.increases)
        return self._known[key]

    def _group(self, variant: Variant) -> str:
        if self.catalogue.product_of[variant.sku].category in _COATINGS:
            return "coatings"
        return "machines" if variant.list_price >= 200 else "sundries"


class Contracts:
    """Contract prices of one company, by SKU."""

    def __init__(self) -> None:
        self.rows: list[ContractPrice] = []
        self._by_sku: dict[str, list[ContractPrice]] = {}

    def add(self, row: ContractPrice) -> None:
        self.rows.append(row)
        self._by_sku.setdefault(row.sku, []).append(row)

    def price(self, sku: str, quantity: int, day: date) -> Decimal | None:
        """The contract's price on a day, or None. Contracts always lie below the lists, so the best row wins."""
        fitting = [
            row.unit_price
            for row in self._by_sku.get(sku, ())
            if row.min_quantity <= quantity and row.first <= day and (row.last is None or day <= row.last)
        ]
        return min(fitting, default=None)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
