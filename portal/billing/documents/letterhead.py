"""What is on every printed document: the seller, the title, the paper. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from portal.foundation.config import Settings
from portal.foundation.config.seller import NOT_TOLD, Seller

# Where Letter is the usual paper; everywhere else it is A4.
LETTER_CURRENCIES = {"USD", "CAD", "MXN"}


class Sheet(TypedDict):
    """What templates/pdf/letter.typ prints on every document."""

    lang: str
    paper: str
    seller: str
    particulars: list[str]
    portal_words: str
    demo: bool
    title: str
    number: str
    foot: str
    when_letters_lack: str


class Link(TypedDict):
    """A line of a note that ends in an address."""

    words: str
    href: str
    shown: str


class Note(TypedDict):
    """A paragraph below the totals."""

    title: str
    lines: list[str | Link]


class Party(TypedDict):
    """An address at the top."""

    label: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The seller and the address of their portal (without a slash at its end)."""

    seller: str
    portal_url: str
    demo: bool = False
    identity: Seller = NOT_TOLD

    @classmethod
    def of(cls, settings: Settings) -> Letterhead:
        """The one of this deployment."""
        return cls(settings.seller_name, settings.public_url, settings.demo, settings.seller)

    def sheet(self, title: str, number: str, currency: str, language: str = "en") -> Sheet:
        """What all kinds of documents have."""
        return {
            "lang": language,
            "paper": "us-letter" if currency in LETTER_CURRENCIES else "a4",
            "seller": self.seller,
            "particulars": [line for line in self.identity.particulars if line != self.seller],
            "portal_words": f"Order, see and pay at {self.portal_url}",
            "demo": self.demo,
            "title": title,
            "number": number,
            "foot": f"{self.seller} · {title} {number}",
            "when_letters_lack": "Some letters of this document are missing here, for want of a font. "
            f"All of them are on its page at {self.portal_url}",
        }


def link(words: str, href: str) -> Link:
    """A line of a note that ends in an address."""
    return {"words": words, "href": href, "shown": href}


def present(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that have a value."""
    return [pair for pair in pairs if pair[1]]


def address_lines(address: Mapping[str, object]) -> list[str]:
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
