"""Texts that came from outside lose what could name a person before they are kept."""

from __future__ import annotations

import re

from portal.touchpoints.cleaning import clean_text

_MAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"']+")
_LINK_QUERY = re.compile(r"\?[^\s\"']*")
# Phone numbers in any writing, account numbers: five digits and more, with what people put between them.
_DIGITS = re.compile(r"\+?\d(?:[\s().-]*\d){4,}")


def scrubbed(text: str) -> str:
    """``text`` without mail addresses, long numbers and query strings."""
    text = clean_text(text)
    text = _MAIL.sub("[mail]", text)
    text = _LINK_QUERY.sub("", text)
    return _DIGITS.sub("[number]", text)
