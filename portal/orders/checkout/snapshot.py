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

from portal.billing.tax.rules import percent
from portal.foundation.money import format_price_change, format_unit_price
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


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs from what was shown. ``line_id`` is None for the order as a whole."""

    line_id: int | None
    text: str


class _Shown(NamedTuple):
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


def changes_since(shown: str, terms: Terms, lines: list[Line], currency: str) -> list[Change]:
    """What differs now from what was shown, line by line; empty if nothing does."""
    if shown == encode_snapshot(terms, lines):
        return []
    version, _, rest = shown.partition(";")
    terms_before, _, lines_before = rest.partition(";")
    before = _decode(lines_before)
    if version != VERSION or before is None:
        return [Change(None, "We could not tell what was shown to you. Look through it once more.")]
    found = [] if terms_before == terms.encode() else [_terms_change(terms_before, terms)]
    found.extend(_tax_changes(before, lines))
    for line in lines:
        found.extend(_line_changes(line, before.pop(line.id, None), currency))
    if before:
        words = "A line was" if len(before) == 1 else f"{len(before)} lines were"
        found.append(Change(None, f"{words} taken out of the draft."))
    return found


def _decode(text: str) -> dict[int, _Shown] | None:
    found: dict[int, _Shown] = {}
    for part in filter(None, text.split(";")):
        line = LINE.fullmatch(part)
        if line is None:
            return None
        which, _, quantity, price, tax = line.groups()
        line_id = read_handle("line", which)
        if line_id is None:
            return None
        found[line_id] = _Shown(int(quantity), Decimal(price) if price else None, Decimal(tax or 0))
    return found


def _tax_changes(before: dict[int, _Shown], lines: list[Line]) -> list[Change]:
    """One sentence for the whole order: a rate or a certificate holds for all of its lines."""
    moved = {
        (before[line.id].tax_share, line.tax_share)
        for line in lines
        if line.id in before and before[line.id].tax_share != line.tax_share
    }
    return [
        Change(
            None, f"Sales tax was {percent(was) if was else 'none'}, now {percent(now) if now else 'none'}."
        )
        for was, now in sorted(moved)
    ]


def _terms_change(before: str, terms: Terms) -> Change:
    was, now = before.split(","), terms.encode().split(",")
    if was[0] != now[0]:
        return Change(None, "Pickup and delivery were switched in another window.")
    if terms.fulfilment == "pickup" and was[1:2] != now[1:2]:
        return Change(None, "Another store was chosen.")
    if terms.fulfilment == "pickup":
        return Change(None, "Another pickup time was chosen.")
    return Change(None, "The delivery's address or date was changed.")


def _line_changes(line: Line, before: _Shown | None, currency: str) -> list[Change]:
    if before is None:
        return [Change(line.id, f"{line.name} was added.")]
    quantity, price, _ = before
    found = []
    if quantity != line.quantity:
        found.append(Change(line.id, f"{line.name}: quantity was {quantity:,}, now {line.quantity:,}."))
    if line.unit_price is not None and price != line.unit_price:
        was, now = "missing", format_unit_price(line.unit_price, currency, line.quantity)
        if price is not None:
            was, now = format_price_change(price, line.unit_price, currency)
        found.append(Change(line.id, f"{line.name}: price was {was}, now {now}."))
    elif line.unit_price is None and price is not None:
        found.append(Change(line.id, f"{line.name}: there is no price now."))
    return found
