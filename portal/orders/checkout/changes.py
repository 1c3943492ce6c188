"""What differs between what a page showed and what is so now. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass

from portal.billing.tax.rules import percent
from portal.foundation.money import format_price_change, format_unit_price
from portal.orders.checkout.snapshot import VERSION, Shown, Terms, decode_lines, encode_snapshot
from portal.orders.drafts.lines import Line


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs from what was shown. ``line_id`` is None for the order as a whole."""

    line_id: int | None
    text: str


def changes_since(shown: str, terms: Terms, lines: list[Line], currency: str) -> list[Change]:
    """What differs now from what was shown, line by line; empty if nothing does."""
    if shown == encode_snapshot(terms, lines):
        return []
    version, _, rest = shown.partition(";")
    terms_before, _, lines_before = rest.partition(";")
    before = decode_lines(lines_before)
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


def _tax_changes(before: dict[int, Shown], lines: list[Line]) -> list[Change]:
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


def _line_changes(line: Line, before: Shown | None, currency: str) -> list[Change]:
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
