"""Mail addresses in any alphabet: one form in which they are stored and compared, another in which they travel."""

from __future__ import annotations

from unicodedata import normalize

import idna
from email_validator import EmailNotValidError, validate_email

LONGEST = 254


class BadAddress(ValueError):
    """It is no mail address, or none that anybody could be written to."""


def read_address(typed: str) -> str:
    """The address as it is stored: in lower case, in its own letters and in one spelling of them, so that
    ``Info@XN--BCHER-KVA.example`` and ``info@bücher.example`` are the same.

    :raises BadAddress: if it is none.
    """
    text = normalize("NFC", typed.strip())
    try:
        found = validate_email(text, check_deliverability=False, strict=True).normalized
        address = normalize("NFC", found.lower())
        wire_form(address)
    except (EmailNotValidError, UnicodeError) as error:
        raise BadAddress("not a mail address") from error
    if len(address) > LONGEST:
        raise BadAddress("too long")
    return address


def known_form(typed: str) -> str:
    """The address as it is stored, or what was typed if it is none: that belongs to nobody."""
    try:
        return read_address(typed)
    except BadAddress:
        return typed.strip().lower()


def wire_form(address: str) -> tuple[str, str]:
    """Local part and domain as mail servers take them: the domain in IDNA 2008.

    :raises UnicodeError: if there is no such domain.
    """
    local, _, domain = address.rpartition("@")
    return local, domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


def needs_smtputf8(address: str) -> bool:
    """Whether only a mail server with SMTPUTF8 takes it: for letters like ö before the @."""
    return not address.rpartition("@")[0].isascii()
