"""A payment as words for the PDF of its receipt. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.billing.documents.buyer import buyer_lines
from portal.billing.documents.letterhead import Letterhead, Note, Party, Sheet, present
from portal.foundation.money import format_minor
from portal.foundation.wording import date_words


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What a payment settled of an invoice, and what is open of it now (minor units); None of what went on to a branch."""

    number: str
    paid_minor: int
    discount_minor: int
    open_minor: int | None


@dataclass(frozen=True, slots=True)
class Received:
    """A payment that came in; amounts in minor units."""

    number: str
    received_on: date
    method: str
    reference: str
    currency: str
    amount_minor: int
    unapplied_minor: int
    taken_back: bool
    parts: Sequence[PaidPart]


class ReceiptSheet(Sheet):
    """What templates/pdf/receipt.typ prints."""

    parties: list[Party]
    facts: list[tuple[str, str]]
    hero: list[str]
    lines: list[dict[str, str]]
    sums: list[tuple[str, str]]
    totals: list[tuple[str, str]]
    notes: list[Note]


def receipt_data(received: Received, head: Letterhead, *, buyer: Mapping[str, str]) -> ReceiptSheet:
    """The data of a receipt's PDF. ``buyer``: name, code and billing details of the company."""
    currency = received.currency
    day = date_words(received.received_on)
    applied, rest = sum(part.paid_minor for part in received.parts), received.unapplied_minor
    reference = "" if received.reference in received.method else received.reference
    facts = [("Received", day), ("How", received.method), ("Reference", reference)]
    return {
        **head.sheet("Receipt", received.number, currency),
        "parties": [{"label": "Received from", "lines": buyer_lines(buyer)}],
        "facts": present(facts),
        "hero": [f"Received on {day}", format_minor(received.amount_minor, currency), ""],
        "lines": [_line(part, currency) for part in received.parts],
        "sums": [("Set against these documents", format_minor(applied, currency))],
        "totals": [
            ("Received", format_minor(received.amount_minor, currency)),
            *([("Of it on account", format_minor(rest, currency))] if rest else []),
        ],
        "notes": [_taken_back()] if received.taken_back else [],
    }


def _line(part: PaidPart, currency: str) -> dict[str, str]:
    return {
        "number": part.number,
        "discount": format_minor(part.discount_minor, currency) if part.discount_minor else "",
        "paid": format_minor(part.paid_minor, currency),
        "open": "" if part.open_minor is None else format_minor(part.open_minor, currency),
    }


def _taken_back() -> Note:
    return {"title": "Taken back", "lines": ["This payment was taken back: what it had paid is open again."]}
