"""Who the seller is on documents: what a bookkeeper needs to file an invoice, and what a bank needs to pay it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MOST_LINES, LONGEST_LINE = 8, 100
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
ROUTING = re.compile(r"routing|\baba\b", re.IGNORECASE)
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True)
class Seller:
    """The seller's particulars, each line as it is printed; what is not known is empty.

    :ivar bank: pairs of a name and a value: ("IBAN", "DE02 …").
    :ivar remit_to: where cheques are posted, if not to ``address``.
    """

    legal_name: str = ""
    address: tuple[str, ...] = ()
    tax_numbers: tuple[str, ...] = ()
    registration: str = ""
    contact: tuple[str, ...] = ()
    bank: tuple[tuple[str, str], ...] = ()
    remit_to: tuple[str, ...] = ()

    @property
    def particulars(self) -> list[str]:
        """Below the seller's name at the top of a document."""
        lines = [
            self.legal_name,
            " · ".join(self.address),
            " · ".join((*self.tax_numbers, self.registration)),
        ]
        stripped = (line.strip(" ·") for line in (*lines, " · ".join(self.contact)))
        return [line for line in stripped if line]


NOT_TOLD = Seller()


def read_seller(env: Mapping[str, str]) -> Seller:
    """The settings ``PORTAL_SELLER_…``; lines of one setting have ``|`` between them.

    :raises ValueError: with a sentence for the administrator.
    """
    return Seller(
        legal_name=_line(env, "PORTAL_SELLER_LEGAL_NAME"),
        address=_lines(env, "PORTAL_SELLER_ADDRESS"),
        tax_numbers=_lines(env, "PORTAL_SELLER_TAX_NUMBERS"),
        registration=_line(env, "PORTAL_SELLER_REGISTRATION"),
        contact=_lines(env, "PORTAL_SELLER_CONTACT"),
        bank=tuple(_bank_line(each) for each in _lines(env, "PORTAL_SELLER_BANK")),
        remit_to=_lines(env, "PORTAL_SELLER_REMIT_TO"),
    )


def _line(env: Mapping[str, str], name: str) -> str:
    lines = _lines(env, name)
    if len(lines) > 1:
        raise ValueError(f"{name} is one line, without |.")
    return lines[0] if lines else ""


def _lines(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    lines = tuple(each.strip() for each in env.get(name, "").split("|") if each.strip())
    if len(lines) > MOST_LINES or any(len(each) > LONGEST_LINE or CONTROL.search(each) for each in lines):
        raise ValueError(
            f"{name} has too much in it; it takes {MOST_LINES} lines with | between them, "
            f"each of {LONGEST_LINE} characters at most."
        )
    return lines


def _bank_line(line: str) -> tuple[str, str]:
    name, _, value = (each.strip() for each in line.partition(":"))
    if not name or not value:
        raise ValueError(f"PORTAL_SELLER_BANK has {line!r}; each line is a name, a colon and a value.")
    # A number that was mistyped sends other people's money to a stranger.
    if name.upper() == "IBAN" and not _is_iban(value):
        raise ValueError(f"PORTAL_SELLER_BANK has the IBAN {value}, whose check digits are wrong.")
    if ROUTING.search(name) and not _is_routing_number(value):
        raise ValueError(f"PORTAL_SELLER_BANK has the routing number {value}, whose check digit is wrong.")
    return name, value


def _is_iban(value: str) -> bool:
    plain = "".join(value.split()).upper()
    if not IBAN.fullmatch(plain):
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _is_routing_number(value: str) -> bool:
    digits = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[0-9]{9}", digits):
        return False
    return sum(int(digit) * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0
