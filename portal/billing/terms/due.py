"""When an invoice is due and what paying early saves. Pure rules."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """A company's terms of payment; ``discount_bp`` in basis points (200 = 2 %) of the total with tax."""

    kind: str = "net"  # net: n days after the invoice; eom: n days after the end of its month
    days: int = 30
    discount_bp: int = 0
    discount_days: int = 0

    @property
    def words(self) -> str:
        """As people in the trade write it: "2/10 net 30", "Net 30", "End of month + 10 days", "Due at once"."""
        if self.kind == "eom":
            base = "End of month" + (f" + {self.days} days" if self.days else "")
        else:
            base = f"Net {self.days}" if self.days else "Due at once"
        if not self.discount_bp:
            return base
        percent = f"{Decimal(self.discount_bp) / 100:f}".rstrip("0").rstrip(".")
        return f"{percent}/{self.discount_days} {base[0].lower()}{base[1:]}"


def due_on(terms: Terms, issued_on: date) -> date:
    """The day by which an invoice of ``issued_on`` is to be paid."""
    if terms.kind == "eom":
        last = calendar.monthrange(issued_on.year, issued_on.month)[1]
        return issued_on.replace(day=last) + timedelta(days=terms.days)
    return issued_on + timedelta(days=terms.days)


def discount(terms: Terms, issued_on: date, total_minor: int) -> tuple[date | None, int]:
    """Until when paying in full saves how much (minor units, half up); (None, 0) without a discount."""
    if not terms.discount_bp or total_minor <= 0:
        return None, 0
    saved = (Decimal(total_minor) * terms.discount_bp / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return issued_on + timedelta(days=terms.discount_days), int(saved)
