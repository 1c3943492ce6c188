"""What differs from last time, line by line, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.foundation.money import format_price_change
from portal.orders.drafts.lines import Line


@dataclass(frozen=True, slots=True)
class Difference:
    """One remark on a line. ``tone`` and ``icon`` are those of the notices' component."""

    kind: str  # price, short, replaced, pack, quantity
    text: str
    tone: str = "warn"
    icon: str = "info"


def differences(line: Line, *, currency: str, store_name: str | None) -> list[Difference]:
    """Everything a person should know before ordering the line again; empty if nothing has changed."""
    found = [*_since_last_time(line, currency)]
    if line.is_short and store_name:
        found.append(_short(line, store_name))
    return found


def _since_last_time(line: Line, currency: str) -> list[Difference]:
    last = line.last_time
    if not last:
        return []
    found = []
    if last["sku"] != line.sku:
        text = f"Replaces {last['name']} ({last['sku']}), which is no longer made"
        found.append(Difference("replaced", text, "info", "swap"))
    price = Decimal(last["unit_price"])
    if line.unit_price is not None and price != line.unit_price:
        was, now = format_price_change(price, line.unit_price, currency)
        tone = "ok" if line.unit_price < price else "warn"
        found.append(Difference("price", f"Price was {was}, now {now}", tone, "card"))
    if last.get("rounded_to") == line.quantity:
        text = f"Sold in packs of {line.pack_size}: {last['rounded_from']} became {line.quantity}"
        found.append(Difference("pack", text, "warn", "box"))
    if last.get("colour_lost"):
        text = f"Can no longer be tinted: it was {last['colour_lost']}"
        found.append(Difference("colour", text, "warn", "tint"))
    return found


def _short(line: Line, store_name: str) -> Difference:
    if not line.available:
        return Difference("short", f"None at {store_name}", "bad", "store")
    text = f"Only {line.available:,} at {store_name}, you want {line.quantity:,}"
    return Difference("short", text, "warn", "store")
