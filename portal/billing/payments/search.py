"""What somebody types to find a payment, and the ways to read it. Pure rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from portal.foundation.amounts import parse_amount

LONGEST = 100
OWN_PREFIX = "PAY-"
_AMOUNT = re.compile(r"[^0-9A-Za-z]{0,2}[0-9][0-9.,' ]*")


@dataclass(frozen=True, slots=True)
class PaymentSearch:
    """The text as it was typed, and what narrows it down: how it came, and from when to when."""

    text: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_mail(self) -> bool:
        return "@" in self.text

    @property
    def numbers(self) -> tuple[str, str]:
        """The number of a payment as typed, for those that came from elsewhere, and as one of ours: ``pay100001`` and
        ``100001`` are PAY-100001."""
        typed = self.text.strip().upper()
        bare = "".join(each for each in typed if each.isalnum()).removeprefix("PAY")
        return typed, OWN_PREFIX + bare if bare.isdecimal() else typed

    @property
    def reference(self) -> str:
        """As references are compared: ``00-1007`` and ``1007`` are the same."""
        return re.sub("[^a-z0-9]", "", self.text.lower()).lstrip("0")

    @property
    def last4(self) -> str:
        """The last four digits of a card or account."""
        digits = self.text.strip(" .•*·x")
        return digits if len(digits) == 4 and digits.isascii() and digits.isdecimal() else ""

    @property
    def amount_minor(self) -> int | None:
        """Minor units of an amount in a currency of two decimals; None for anything else."""
        if not _AMOUNT.fullmatch(self.text):
            return None
        try:
            return parse_amount(self.text.lstrip("$€£¥ "), "USD") or None
        except ValueError:
            return None
