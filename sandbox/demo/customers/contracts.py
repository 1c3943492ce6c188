"""Contract prices and the customers' own part numbers, for what they buy anyway."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.demo.customers.baskets import Habits
from sandbox.demo.customers.companies import Company
from sandbox.demo.customers.demo_company import demo_variants
from sandbox.demo.prices import ContractPrice, Prices
from sandbox.demo.products import Catalogue, Variant

_DAY = timedelta(days=1)


def agree(
    company: Company, habits: Habits, prices: Prices, catalogue: Catalogue, seed: int, today: date
) -> None:
    """Contract and part numbers for key accounts, for the demo's company and for some of the others."""
    source = random.Random(f"{seed}:contract:{company.code}")
    demo = "demo" in company.flags
    if not (demo or company.tier == "KEY" or source.random() < 0.3):
        return
    variants = _bought(habits, catalogue, source)
    if demo:
        variants = list(dict.fromkeys([*demo_variants(catalogue)[:9], *variants]))
        _renewed(company, variants, prices, source, today)
    else:
        _yearly(company, variants, prices, source, today)
    if demo or source.random() < 0.7:
        _number_parts(company, [*variants, *(variant for variant, _ in habits.sundries[:12])], source)


def _bought(habits: Habits, catalogue: Catalogue, source: random.Random) -> list[Variant]:
    coats = [
        variant
        for coat in habits.coats
        for variant in coat.product.variants
        if variant.sheen == coat.sheen and variant.size in dict(coat.sizes)
    ]
    chosen = source.sample(coats, min(len(coats), source.randint(10, 24)))
    return [
        variant
        for variant in dict.fromkeys([*chosen, *(v for v, _ in habits.sundries[:4])])
        if variant.discontinued_on is None and catalogue.by_sku[variant.sku] is variant
    ]


def _yearly(
    company: Company, variants: list[Variant], prices: Prices, source: random.Random, today: date
) -> None:
    """One agreement a calendar year; now and then the running one was not renewed."""
    renewed = source.random() < 0.85
    for year in (today.year - 2, today.year - 1, *((today.year,) if renewed else ())):
        name = f"{year} {'master' if company.tier == 'KEY' else 'volume'} agreement"
        for variant in variants:
            _add(company, variant, prices, source, date(year, 1, 1), date(year, 12, 31), name)


def _renewed(
    company: Company, variants: list[Variant], prices: Prices, source: random.Random, today: date
) -> None:
    """The demo's company: renewed six days ago, so a reorder shows prices that went up a little."""
    turn = today - timedelta(days=6)
    for variant in variants:
        _add(company, variant, prices, source, turn - 365 * _DAY, turn - _DAY, "Repaint agreement")
    for row in list(company.contracts.rows):
        raised = _rounded(row.unit_price * Decimal("1.024"), fine=False)
        company.contracts.add(
            ContractPrice(
                row.sku, row.min_quantity, raised, turn, turn + 364 * _DAY, "Repaint agreement, renewed"
            )
        )


def _add(
    company: Company,
    variant: Variant,
    prices: Prices,
    source: random.Random,
    first: date,
    last: date,
    name: str,
) -> None:
    list_price = prices.list_price(company.tier, variant, 1, first)
    fine = source.random() < 0.2
    price = _rounded(list_price * Decimal(source.randint(885, 930)) / 1000, fine=fine)
    company.contracts.add(ContractPrice(variant.sku, 1, price, first, last, name))
    if variant.unit in ("pail", "gallon", "case"):
        more = _rounded(price * Decimal("0.965"), fine=fine)
        company.contracts.add(ContractPrice(variant.sku, 10, more, first, last, name))


def _rounded(amount: Decimal, *, fine: bool) -> Decimal:
    """To the cent; some agreements go on to a hundredth of a cent."""
    return amount.quantize(Decimal("0.0001") if fine else Decimal("0.01"), ROUND_HALF_UP)


def _number_parts(company: Company, variants: list[Variant], source: random.Random) -> None:
    initials = "".join(word[0] for word in company.name.split() if word[0].isascii() and word[0].isalpha())
    form = source.choice(["{initials}-{number:04d}", "{number:06d}", "MAT-{number:05d}"])
    number = source.randint(100, 900)
    for variant in dict.fromkeys(variants):
        number += source.randint(1, 9)
        company.part_numbers[form.format(initials=initials.upper()[:3], number=number)] = variant.sku
