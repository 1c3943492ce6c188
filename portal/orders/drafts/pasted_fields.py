"""What a field of a pasted line is: a quantity, a unit, a heading. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.foundation.wording import fold
from portal.orders.quantities import parse_quantity

# Words beside a number that do not change what it counts. A case or a dozen would, so they are none.
_UNIT = r"(?:x|×|\*|ea|each|pcs?|pces?|pieces?|units?|nos?|ct|count|stk|stck|st|stuck|ud|uds|un)\.?"
_QUANTITY = re.compile(rf"(?:(?:x|×|\*)\s*)?([0-9][0-9., \u00a0\u202f]*?)\s*(?:{_UNIT})?", re.IGNORECASE)
_ONLY_UNIT = re.compile(_UNIT, re.IGNORECASE)
_PRICE = re.compile(r"[$€£]\s*[0-9.,]+|[0-9][0-9.,]*\s*[$€£]|[0-9]+[.,][0-9]{2,4}")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Headings without blanks, marks and accents.
SKU_NAMES = _names("""
sku skus item itemno itemnumber itemcode code product productcode productno productnumber part partno partnumber
yourpartnumber ourpartnumber article articleno artikel artikelnr artikelnummer art artnr number no nr ref reference
referencia codigo material catalogno mpn
""")
QUANTITY_NAMES = _names("""
qty qtys quantity quantities count amount pcs pieces units ordered orderqty orderquantity qtyordered
menge anzahl stuckzahl cantidad cant quantite qte quantita aantal
""")
COLOUR_NAMES = _names("""
colour color colournumber colornumber colourno colorno colourcode colorcode tint farbe farbton couleur
""")


def read_count(field: str) -> int | None:
    """``4``, ``4.00``, ``1,200``, ``4 ea``, ``12x``, ``x12``; None for what is no quantity."""
    found = _QUANTITY.fullmatch(field.strip())
    return parse_quantity(found[1]) if found else None


def is_unit(field: str) -> bool:
    """True for ``ea``, ``pcs``, ``x``."""
    return _ONLY_UNIT.fullmatch(field.strip()) is not None


def is_name_of(field: str, name: str) -> bool:
    """True for words that most likely are the item's name: at least two of them, most in it."""
    words = re.findall(r"\w+", fold(field))
    there = set(re.findall(r"\w+", fold(name)))
    return len(words) > 1 and 2 * sum(word in there for word in words) > len(words)


def is_price(field: str) -> bool:
    """True for ``$12.50`` and ``12.50``."""
    return _PRICE.fullmatch(field.strip()) is not None


def _heading(field: str) -> str:
    return re.sub(r"[^a-z]", "", fold(field))


def is_header(fields: Sequence[str]) -> bool:
    """True for a line that names its columns: one of the quantity or two of all, and no quantity in it."""
    names = [_heading(field) for field in fields]
    known = sum(name in SKU_NAMES | QUANTITY_NAMES | COLOUR_NAMES for name in names)
    quantity = any(name in QUANTITY_NAMES for name in names[1:])
    return (quantity or known > 1) and all(read_count(field) is None for field in fields)


def column(fields: Sequence[str], names: frozenset[str]) -> int | None:
    """Where the first column of these names is."""
    return next((at for at, field in enumerate(fields) if _heading(field) in names), None)
