"""Which price applies: a company's contract before its price list, then the largest quantity break that the
quantity reaches, then the row that came into force last, then the lowest price.

Pure rules: dates are the seller's calendar days, prices are in major units of ``currency`` per unit of sale.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Source = Literal["contract", "list"]
Verdict = Literal[
    "wins", "not_yet", "expired", "needs_more", "smaller_break", "older", "dearer", "list_behind_contract"
]


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One row of a contract or of a price list for a variant."""

    source: Source
    code: str  # name of the contract ("" where it has none) or code of the list
    min_quantity: int
    unit_price: Decimal
    currency: str
    valid_from: date
    valid_to: date | None  # inclusive; None: until further notice

    def holds_on(self, day: date) -> bool:
        """True from the first to the last day of validity, both included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs, and the rule that says so: ``rule`` for machines, ``words`` for people."""

    unit_price: Decimal
    currency: str
    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with the reason why it applies, or does not, to a quantity on a day."""

    row: PriceRow
    verdict: Verdict

    @property
    def won(self) -> bool:
        return self.verdict == "wins"


def _precedence(row: PriceRow) -> tuple[bool, int, date, Decimal]:
    # Two contracts may begin on the same day; the customer gets the lower price.
    return row.source == "contract", row.min_quantity, row.valid_from, -row.unit_price


def winner(rows: Iterable[PriceRow], *, quantity: int, on: date) -> PriceRow | None:
    """The row that decides the price of ``quantity`` units on a day; None: there is no price."""
    candidates = [row for row in rows if row.min_quantity <= quantity and row.holds_on(on)]
    return max(candidates, key=_precedence, default=None)


def price(rows: Iterable[PriceRow], *, quantity: int, on: date) -> Price | None:
    """The price of one unit if ``quantity`` are ordered; None: it cannot be ordered."""
    row = winner(rows, quantity=quantity, on=on)
    return None if row is None else Price(row.unit_price, row.currency, rule(row), words(row))


def breaks(rows: Iterable[PriceRow], *, on: date) -> list[PriceRow]:
    """Quantity breaks on a day, smallest quantity first; each has a price different from the one before."""
    rows = list(rows)
    steps: list[PriceRow] = []
    for quantity in sorted({row.min_quantity for row in rows if row.holds_on(on)}):
        row = winner(rows, quantity=quantity, on=on)
        if row is not None and (not steps or row.unit_price != steps[-1].unit_price):
            steps.append(row)
    return steps


def judge(rows: Iterable[PriceRow], *, quantity: int, on: date) -> list[Judged]:
    """Every row with its verdict: the winner first, then the others by precedence."""
    rows = list(rows)
    best = winner(rows, quantity=quantity, on=on)
    ordered = sorted(rows, key=_precedence, reverse=True)
    judged = [Judged(row, _verdict(row, best, quantity, on)) for row in ordered]
    return sorted(judged, key=lambda each: not each.won)


def _verdict(row: PriceRow, best: PriceRow | None, quantity: int, on: date) -> Verdict:
    if row is best:
        return "wins"
    if not row.holds_on(on):
        return "not_yet" if row.valid_from > on else "expired"
    if row.min_quantity > quantity:
        return "needs_more"
    if best is not None and best.source != row.source:
        return "list_behind_contract"
    if best is not None and best.min_quantity > row.min_quantity:
        return "smaller_break"
    return "dearer" if best is not None and best.valid_from == row.valid_from else "older"


def rule(row: PriceRow) -> str:
    """Short name of the rule, as the touchpoint log keeps it: ``contract:C-7``, ``list:TRADE``."""
    return f"{row.source}:{row.code}" if row.code else row.source


def source_words(row: PriceRow) -> str:
    """``Contract C-7`` or ``Price list TRADE``."""
    kind = "Contract" if row.source == "contract" else "Price list"
    return f"{kind} {row.code}".rstrip() if row.code or row.source == "list" else "Your contract"


def words(row: PriceRow) -> str:
    """The rule as a sentence for the customer."""
    start = f", from {row.min_quantity:,} on" if row.min_quantity > 1 else ""
    end = f", until {row.valid_to.day} {row.valid_to:%b %Y}" if row.valid_to else ""
    return f"{source_words(row)}{start}{end}"
