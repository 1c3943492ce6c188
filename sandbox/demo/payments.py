"""How customers pay: some at once for the discount, some once a month, some late, one no longer at all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from sandbox.demo.bills import Bill
from sandbox.demo.customers.companies import Company
from sandbox.demo.orders import cents

# Everything older than this many days is paid, by one opening entry per document in the ledger.
BOOKS = 400
_STYLES = ("early", "due", "due", "monthly", "monthly", "late")
_NOTES = (
    ("damaged", "Two cans were dented and leaked in the van."),
    ("quantity", "We counted one less than was charged."),
    ("price", "Our agreement has another price for this."),
)
_MULLED = timedelta(days=12)  # from a credit to its use; the newest ones wait
# Age in days of what the demo's company has not paid yet; nothing else of it is open.
_DEMO_OPEN = ((0, 25, 3), (31, 60, 1), (61, 90, 1), (91, 120, 1), (121, 160, 1))


@dataclass
class Part:
    bill: Bill
    amount: Decimal  # settled of it, with the discount; below zero for a credit that is used
    discount: Decimal = Decimal(0)
    reason: str = ""
    note: str = ""


@dataclass
class Payment:
    company: Company
    received: date
    kind: str
    amount: Decimal
    reference: str
    parts: list[Part] = field(default_factory=list)
    number: str = ""


def pay(company: Company, bills: list[Bill], credits: list[Bill], today: date, seed: int) -> list[Payment]:
    """The payments of one company for what it was charged since the books began."""
    source = random.Random(f"{seed}:payments:{company.code}")
    style = "early" if "demo" in company.flags else source.choice(_STYLES)
    payday = source.randint(3, 26)
    kind = source.choice(("cheque", "transfer"))
    open_now = _kept_open(bills, today) if "demo" in company.flags else None
    if open_now is not None:
        credits = [credit for credit in credits if (today - credit.issued).days > 60]
    days: dict[date, list[Bill]] = {}
    for bill in bills:
        day = _day(bill, style, payday, source)
        if open_now is not None:
            day = today if bill in open_now else min(day, today - timedelta(days=2))
        elif "near" in company.flags:
            day = min(day, today - timedelta(days=1))
        elif "hold" in company.flags and bill.issued > today - timedelta(days=150):
            day = today
        if max(day, bill.issued) < today and bill.total > 0:
            days.setdefault(max(day, bill.issued), []).append(bill)
    payments = [
        _payment(company, day, kind, together, credits, today, source)
        for day, together in sorted(days.items())
    ]
    if open_now is not None:
        payments += _demo_extras(company, bills, open_now, kind, today)
    return payments


def _day(bill: Bill, style: str, payday: int, source: random.Random) -> date:
    late = timedelta(days=source.randint(25, 100) if source.random() < 0.03 else 0)
    terms = bill.order.company.terms
    if style == "early" and terms.percent and source.random() < 0.8:
        return bill.issued + timedelta(days=source.randint(2, terms.within)) + late
    if style == "monthly":
        month = bill.due.replace(day=payday)
        return (month if month >= bill.due else (month + timedelta(days=31)).replace(day=payday)) + late
    if style == "late":
        return bill.due + timedelta(days=source.randint(5, 70)) + late
    return bill.due + timedelta(days=source.randint(-5, 3)) + late


def _payment(
    company: Company,
    day: date,
    kind: str,
    together: list[Bill],
    credits: list[Bill],
    today: date,
    source: random.Random,
) -> Payment:
    parts = [_part(bill, day, today, source) for bill in together]
    for credit in credits:
        to_pay = sum((part.amount - part.discount for part in parts), Decimal(0))
        if credit.left < 0 and credit.issued < day - _MULLED and to_pay > -credit.left:
            parts.append(Part(credit, credit.left))
    for part in parts:
        part.bill.left -= part.amount
    amount = sum((part.amount - part.discount for part in parts), Decimal(0))
    if day > today - timedelta(days=45) and source.random() < 0.025:
        amount = (amount / 100).to_integral_value(ROUND_CEILING) * 100  # a round sum; the rest waits
    return Payment(company, day, kind, amount, _reference(kind, source), parts)


def _part(bill: Bill, day: date, today: date, source: random.Random) -> Part:
    may_be_short = bill.total > 200 and "demo" not in bill.order.company.flags
    if may_be_short and day > today - timedelta(days=60) and source.random() < 0.01:
        less = cents(min(bill.total / 5, Decimal(180)))
        return Part(bill, bill.total - less, Decimal(0), *source.choice(_NOTES))
    return Part(bill, bill.total, bill.discount(day))


def _kept_open(bills: list[Bill], today: date) -> list[Bill]:
    """A few of this month, and one for each step of getting older."""
    chosen: list[Bill] = []
    for youngest, oldest, count in _DEMO_OPEN:
        aged = [bill for bill in bills if youngest <= (today - bill.issued).days <= oldest and bill.total > 0]
        # What a good customer forgets is small.
        small = sorted(aged, key=lambda bill: (bill.total < 60, bill.total, bill.number))
        chosen += aged[-count:] if count > 1 else small[:1]
    return chosen


def _demo_extras(
    company: Company, bills: list[Bill], open_now: list[Bill], kind: str, today: date
) -> Iterator[Payment]:
    """A short payment that contests something, and a round cheque of which a part has found no invoice yet."""
    short = next(bill for bill in open_now if (today - bill.issued).days >= 60)
    less = cents(min(short.total / 4, Decimal(96)))
    part = Part(short, short.total - less, Decimal(0), *_NOTES[0])
    short.left -= part.amount
    received = min(short.due + timedelta(days=4), today - timedelta(days=3))
    yield Payment(company, received, kind, part.amount, "4018", [part])
    yield Payment(company, today - timedelta(days=9), "cheque", Decimal(150), "4471")


def _reference(kind: str, source: random.Random) -> str:
    number = source.randint(1000, 9999)
    return str(number) if kind == "cheque" else f"Invoices {number}"


def number(payments: list[Payment]) -> None:
    """Numbers in the order in which the money came."""
    payments.sort(key=lambda payment: (payment.received, payment.company.code, payment.reference))
    for count, payment in enumerate(payments, start=20_001):
        payment.number = f"M-{count}"
