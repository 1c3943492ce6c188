"""Parses what was typed into the product search: a number, and words of a name.

Pure rules. Painters write "5 gallon", "5gal" and "3in"; names say "5 gal" and "3 in". A size counts as one word,
because "5" alone says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.catalog.sku import sku_key
from portal.foundation.wording import fold

LONGEST = 100  # characters of a query; the rest is ignored
MOST_WORDS = 6
_UNITS = {
    "gallons": "gal",
    "gallon": "gal",
    "gals": "gal",
    "gal": "gal",
    "g": "gal",
    "quarts": "qt",
    "quart": "qt",
    "qts": "qt",
    "qt": "qt",
    "pints": "pt",
    "pint": "pt",
    "pt": "pt",
    "inches": "in",
    "inch": "in",
    "in": "in",
    '"': "in",
    "feet": "ft",
    "foot": "ft",
    "ft": "ft",
    "ounces": "oz",
    "ounce": "oz",
    "oz": "oz",
    "pounds": "lb",
    "lbs": "lb",
    "lb": "lb",
    "litres": "l",
    "liters": "l",
    "litre": "l",
    "liter": "l",
}
_SIZE = re.compile(r"(?<![\w./-])(\d+(?:[./-]\d+)*)\s*(" + "|".join(map(re.escape, _UNITS)) + r")(?![\w])")
_WORD = re.compile(r"\x1f[^\x1f]+\x1f|[^\W_]+(?:['./&-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """``key`` for SKUs and part numbers; ``words`` (folded) that a name must contain, all of them."""

    text: str
    key: str
    words: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.key and not self.words

    @property
    def is_number_like(self) -> bool:
        """Whether it may be part of a SKU: it has digits other than those of a size."""
        sizes = any(" " in word for word in self.words)
        return len(self.key) >= 3 and not sizes and any(c.isdigit() for c in self.key)


def parse_query(text: str) -> ParsedQuery:
    """Parse a query. Control characters and whatever exceeds the limits are dropped."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]
    marked = _SIZE.sub(lambda found: f" \x1f{found[1]} {_UNITS[found[2]]}\x1f ", fold(clean))
    words = [_word(each) for each in _WORD.findall(marked)]
    return ParsedQuery(clean, sku_key(clean), tuple(dict.fromkeys(words))[:MOST_WORDS])


def _word(found: str) -> str:
    word = found.strip("\x1f")
    return _UNITS[word] if word in _UNITS and len(word) > 3 else word
