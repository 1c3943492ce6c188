"""A snapshot of what a page showed when the person pressed the button, and what has changed since.

It travels in a hidden field. It decides nothing about prices: the server charges its own. It only makes sure
that nobody orders something else than what they were looking at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from portal.foundation.secrets.handles import handle, read_handle
from portal.orders.drafts.lines import Line
from portal.orders.drafts.queries import DraftHead

VERSION = "2"
LINE = re.compile(r"([a-z2-7]{26}):([0-9]{1,18}):([0-9]{1,9}):([0-9]{1,10}\.[0-9]{4})?(?::([01]\.[0-9]{5}))?")


@dataclass(frozen=True, slots=True)
class Terms:
    """How the order gets to the customer."""

    fulfilment: str
    store_id: int | None
    window_start: datetime | None
    address_id: int | None
    delivery_date: date | None

    def encode(self) -> str:
        address = None if self.address_id is None else handle("address", self.address_id)
        parts = (self.fulfilment, self.store_id, self.window_start, address, self.delivery_date)
        return ",".join("" if part is None else _plain(part) for part in parts)


class Shown(NamedTuple):
    """What was shown of a line."""

    quantity: int
    price: Decimal | None
    tax_share: Decimal


def terms_of(head: DraftHead) -> Terms:
    """How the draft is to be collected or delivered."""
    draft = head.draft
    if draft.fulfilment == "pickup":
        return Terms("pickup", draft.store_id, draft.window_start, None, None)
    return Terms("delivery", draft.store_id, None, draft.address_id, draft.delivery_date)


def encode_snapshot(terms: Terms, lines: Iterable[Line]) -> str:
    """The hidden field: ``2;terms;line:variant:quantity:price:tax;…`` (about 55 characters a line); the share of tax
    is left out where there is none."""
    return ";".join([VERSION, terms.encode(), *(_line(line) for line in lines)])


def _line(line: Line) -> str:
    price = "" if line.unit_price is None else _number(line.unit_price)
    tax = f":{line.tax_share:.5f}" if line.tax_share else ""
    return f"{handle('line', line.id)}:{line.variant_id}:{line.quantity}:{price}{tax}"


def _number(price: Decimal) -> str:
    return f"{price:.4f}"


def _plain(part: object) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)


def fingerprint(draft_id: int, shown: str) -> str:
    """Tells one placement's contents from another's."""
    return hashlib.sha256(f"{draft_id};{shown}".encode()).hexdigest()[:32]


def decode_lines(text: str) -> dict[int, Shown] | None:
    found: dict[int, Shown] = {}
    for part in filter(None, text.split(";")):
        line = LINE.fullmatch(part)
        if line is None:
            return None
        which, _, quantity, price, tax = line.groups()
        line_id = read_handle("line", which)
        if line_id is None:
            return None
        found[line_id] = Shown(int(quantity), Decimal(price) if price else None, Decimal(tax or 0))
    return found
