"""Made-up sales tax: a rate for each region, and a few customers with a certificate that exempts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sandbox.demo.customers.companies import Company
from sandbox.demo.orders import Order
from sandbox.demo.tables import rows


@dataclass(frozen=True)
class Rate:
    region: str
    percent: Decimal
    since: date | None


@dataclass(frozen=True)
class Certificate:
    company: Company
    region: str
    number: str
    exempt_for: str
    first: date
    last: date


def rates(today: date) -> list[Rate]:
    """All rates, those of a region from the oldest to the newest."""
    return [
        Rate(region, Decimal(percent), date(today.year - int(years), 1, 1) if years else None)
        for region, percent, years in rows("tax_rates")
    ]


def certificates(companies: Iterable[Company], today: date) -> Iterator[Certificate]:
    """The certificates of those companies that are there."""
    by_name = {company.name: company for company in companies}
    for name, number, exempt_for, first, last in rows("exemptions"):
        if company := by_name.get(name):
            days = (today + timedelta(days=int(n)) for n in (first, last))
            yield Certificate(company, company.store.region, number, exempt_for, *days)


def tax(orders: Iterable[Order], companies: Iterable[Company], today: date) -> None:
    """Give each order the tax of its region on its day: of the store for pickup, of the address for delivery."""
    by_region: dict[str, list[Rate]] = {}
    for rate in rates(today):
        by_region.setdefault(rate.region, []).append(rate)
    exempt: dict[str, list[Certificate]] = {}
    for certificate in certificates(companies, today):
        exempt.setdefault(certificate.company.code, []).append(certificate)
    for order in orders:
        day = order.placed_at.date()
        order.tax_region = order.store.region if order.fulfilment == "pickup" else order.company.store.region
        held = [
            each
            for each in exempt.get(order.company.code, ())
            if each.region == order.tax_region and each.first <= day <= each.last
        ]
        order.certificate = held[0].number if held else ""
        valid = [
            rate for rate in by_region.get(order.tax_region, ()) if rate.since is None or rate.since <= day
        ]
        order.tax_percent = valid[-1].percent if valid and not held else Decimal(0)
