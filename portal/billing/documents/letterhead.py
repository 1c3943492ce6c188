"""What stands on every sheet: who writes, what this is, on which paper. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from portal.foundation.config import Settings

# Where letters are written on Letter; the rest of the world has A4.
LETTER_CURRENCIES = {"USD", "CAD", "MXN"}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The seller and the address of their portal (without a slash at its end)."""

    seller: str
    portal_url: str
    demo: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Letterhead:
        """The one of this deployment."""
        return cls(settings.seller_name, settings.public_url, settings.demo)

    def sheet(self, title: str, number: str, currency: str, language: str = "en") -> dict[str, Any]:
        """The part of a document's data that all kinds have."""
        return {
            "lang": language,
            "paper": "us-letter" if currency in LETTER_CURRENCIES else "a4",
            "seller": self.seller,
            "portal_words": f"Order, see and pay at {self.portal_url}",
            "demo": self.demo,
            "title": title,
            "number": number,
            "foot": f"{self.seller} · {title} {number}",
        }


def link(words: str, href: str) -> dict[str, str]:
    """A line of a note that ends in an address."""
    return {"words": words, "href": href, "shown": href}


def present(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those with a value."""
    return [pair for pair in pairs if pair[1]]


def address_lines(address: dict[str, Any]) -> list[str]:
    """An address on lines of its own, without those that are empty."""
    part = {
        name: str(address.get(name) or "")
        for name in ("recipient", "line1", "line2", "city", "region", "postcode")
    }
    place = ", ".join(each for each in (part["city"], f"{part['region']} {part['postcode']}".strip()) if each)
    return [each for each in (part["recipient"], part["line1"], part["line2"], place) if each]


def file_name(*parts: str) -> str:
    """``invoice-INV-100042.pdf``: letters, digits, dots and dashes alone, whatever the number is made of."""
    words = (re.sub(r"[^A-Za-z0-9.-]+", "-", part).strip("-.") for part in parts)
    return "-".join(word for word in words if word)
