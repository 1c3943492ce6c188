"""What was credited of an order before, in words. Pure."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from portal.foundation.money import format_minor
from portal.foundation.wording import date_words


class Credit(Protocol):
    """An amount of an invoice that a credit memo credited, in minor units."""

    @property
    def invoice_number(self) -> str: ...
    @property
    def memo_number(self) -> str: ...
    @property
    def issued_on(self) -> date: ...
    @property
    def amount_minor(self) -> int: ...


def credited_words(credit: Credit, currency: str) -> str:
    """``$300.00 of INV-100004 was credited on 30 Nov 2026 (CM-100001).``"""
    amount, day = format_minor(credit.amount_minor, currency), date_words(credit.issued_on)
    return f"{amount} of {credit.invoice_number} was credited on {day} ({credit.memo_number})."
