"""Which documents go to an address, and how. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

# In the order in which they are offered.
DOCUMENTS = {
    "invoice": "Invoices",
    "credit_memo": "Credit memos",
    "statement": "Monthly statements",
    "receipt": "Receipts",
    "reminder": "Reminders",
}
DELIVERIES = {"to": "To", "cc": "CC"}
MOST_OF_ONE = 20  # addresses of a company
VALID = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an address gets: kinds of :data:`DOCUMENTS`, as one of :data:`DELIVERIES`."""

    delivery: str
    kinds: tuple[str, ...]
    attach_pdf: bool
    pay_link: bool

    @property
    def as_stored(self) -> dict[str, object]:
        """By column."""
        return {
            "delivery": self.delivery,
            "kinds": list(self.kinds),
            "attach_pdf": self.attach_pdf,
            "pay_link": self.pay_link,
        }


def kinds_words(kinds: Sequence[str]) -> str:
    """``Invoices, receipts``."""
    return ", ".join(words for kind, words in DOCUMENTS.items() if kind in kinds).capitalize()
