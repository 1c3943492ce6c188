"""What paying an invoice early saves: of what is owed of it, not of what was credited meanwhile. Pure rules."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Protocol

from portal.foundation.money import proportion

# As terms say it: "2/10 net 30".
RATE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2})?)/[0-9]+ ")


class Discounted(Protocol):
    """An invoice with the discount that was agreed for it, in minor units of its currency."""

    @property
    def total_minor(self) -> int: ...
    @property
    def open_minor(self) -> int: ...
    @property
    def paid_minor(self) -> int: ...
    @property
    def credited_minor(self) -> int: ...
    @property
    def discount_minor(self) -> int: ...
    @property
    def discount_until(self) -> date | None: ...
    @property
    def terms_words(self) -> str: ...


def early_discount(invoice: Discounted, left_minor: int, on: date, *, by_memos_minor: int = 0) -> int:
    """What is saved by paying all that is left of an invoice on that day. It is lost only by paying in parts: once money
    has settled a part of it, or while another payment is under way.

    :param left_minor: what can be paid of it now.
    :param by_memos_minor: what credit memos cover of that; no discount is given on it.
    """
    in_time = invoice.discount_until is not None and on <= invoice.discount_until
    if not in_time or invoice.paid_minor or left_minor != invoice.open_minor:
        return 0
    return agreed_discount(invoice, left_minor - by_memos_minor)


def agreed_discount(invoice: Discounted, left_minor: int) -> int:
    """The discount in what is left of an invoice, whatever the day: of what was not credited, at the agreed rate."""
    owed = min(left_minor, invoice.total_minor - invoice.credited_minor)
    if not invoice.discount_minor or owed <= 0:
        return 0
    saved = _at_rate(invoice, owed)
    return saved if saved < left_minor else 0


def _at_rate(invoice: Discounted, owed_minor: int) -> int:
    """By the rate in the terms; in proportion where they do not name the one that the discount was made with."""
    rate = RATE.match(invoice.terms_words)
    if rate:
        points = int(Decimal(rate[1]) * 100)
        if proportion(invoice.total_minor, points, 10_000) == invoice.discount_minor:
            return proportion(owed_minor, points, 10_000)
    return proportion(invoice.discount_minor, owed_minor, invoice.total_minor)
