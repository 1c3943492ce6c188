"""The text in the look-up box: which kinds of things it can mean, and what to compare it with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from portal.billing.payments.search import PaymentSearch

MAX_LENGTH = 100
_PHONE_MARKS = set("+-().  /")
# The prefix of our own order numbers, which people leave out.
OWN_PREFIX = "CP-"


@dataclass(frozen=True)
class Question:
    """The text, cleaned. Each property is one way to read it, empty where it cannot be read so."""

    text: str

    @property
    def is_empty(self) -> bool:
        return not self.text

    @cached_property
    def kind(self) -> str:
        """What it looks like, for the log, which never holds the text itself."""
        if self.is_mail:
            return "e-mail"
        if self.looks_like_phone:
            return "phone"
        if self.text.isdigit():
            return "number"
        return "code" if any(c.isdigit() for c in self.text) else "name"

    @property
    def is_mail(self) -> bool:
        return "@" in self.text

    @cached_property
    def digits(self) -> str:
        """The digits, when there is nothing but digits and what people put between them."""
        plain = all(c.isdecimal() or c in _PHONE_MARKS for c in self.text)
        return "".join(c for c in self.text if c.isdecimal()) if plain else ""

    @property
    def looks_like_phone(self) -> bool:
        return len(self.digits) >= 10 or (len(self.digits) >= 7 and self.digits != self.text)

    @cached_property
    def phone(self) -> str:
        """What the stored digits begin or end with: without the 00 or 0 dialled before."""
        return self.digits.lstrip("0") if len(self.digits) >= 6 else ""

    @property
    def phone_without_country(self) -> str:
        """The same without a leading 1 (North America), since many numbers are stored without."""
        return self.phone[1:] if len(self.phone) == 11 and self.phone.startswith("1") else self.phone

    @cached_property
    def number(self) -> str:
        """As order and PO numbers are compared: upper case."""
        return "" if self.is_mail else self.text.upper()

    @cached_property
    def order_numbers(self) -> tuple[str, str]:
        """The beginning of an order number as typed, and with our own prefix in its right form."""
        bare = self.key.removeprefix(OWN_PREFIX.rstrip("-"))
        return self.number, OWN_PREFIX + bare if bare.isdigit() else self.number

    @cached_property
    def invoice_numbers(self) -> tuple[str, str]:
        """The number of an invoice and of a credit memo in their right form: ``inv100001`` and ``100001`` are
        INV-100001. What is neither stays as it was typed."""
        kind, digits = self.key.rstrip("0123456789"), self.key.lstrip("CIMNV")
        if not digits.isdigit() or kind not in ("", "INV", "CM"):
            return self.number, self.number
        return (
            f"INV-{digits}" if kind != "CM" else self.number,
            f"CM-{digits}" if kind != "INV" else self.number,
        )

    @cached_property
    def payment(self) -> PaymentSearch:
        """The same as what is known of a payment."""
        return PaymentSearch(self.text)

    @property
    def names_invoice(self) -> bool:
        """Whether it says that it is an invoice or a credit memo; a bare number is an order's first."""
        return self.key.startswith(("INV", "CM")) and self.key[-1:].isdigit()

    @cached_property
    def key(self) -> str:
        """As SKUs are compared: letters and digits, upper case."""
        return "" if self.is_mail else "".join(c for c in self.text if c.isalnum()).upper()

    @cached_property
    def words(self) -> str:
        """As names are compared; none for numbers."""
        return self.text if any(c.isalpha() for c in self.text) and not self.is_mail else ""


def read_question(text: str | None) -> Question:
    """The question in untrusted text: spaces folded, NUL removed, cut at a sane length."""
    return Question(" ".join((text or "").replace("\x00", "").split())[:MAX_LENGTH])


def after(prefix: str) -> str:
    """The smallest text that is greater than every text with this prefix, byte by byte.

    ``low ~>=~ prefix and low ~<~ after(prefix)`` does what LIKE does, in a form that fits a generic plan.
    """
    return prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else ""
