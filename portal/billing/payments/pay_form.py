"""The pay page's form. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.foundation.amounts import amount_field, parse_amount
from portal.foundation.inputs import clean_text, read_text, written_text

MOST_NUMBERS = 1_000


@dataclass(slots=True)
class InvoiceFields:
    """One invoice's fields as they were submitted, and their errors."""

    number: str
    amount: str
    reason: str = ""
    note: str = ""
    minor: int | None = None
    amount_error: str = ""
    reason_error: str = ""


@dataclass(slots=True)
class PayForm:
    """The whole form. ``memos`` are the numbers of ticked credit memos."""

    typed: dict[str, InvoiceFields] = field(default_factory=dict)
    memos: tuple[str, ...] = ()
    method: str = ""
    save: bool = False
    key: str = ""
    errors: list[str] = field(default_factory=list)
    retry_after: int | None = None  # seconds to wait, after too many tries

    @property
    def has_errors(self) -> bool:
        return bool(self.errors) or any(t.amount_error or t.reason_error for t in self.typed.values())

    def refuse(self, name: str | None, message: str) -> None:
        """Put a refusal on its field ``amount_<number>`` or ``reason_<number>``, or above the form."""
        kind, _, number = (name or "").partition("_")
        fields = self.typed.get(number)
        if fields is None:
            self.errors.append(message)
        elif kind == "reason":
            fields.reason_error = message
        else:
            fields.amount_error = message


def numbers_in(values: Sequence[str]) -> list[str]:
    """Document numbers from an address or a form, each once."""
    cleaned = (clean_text(value)[:40] for value in values)
    return list(dict.fromkeys(value for value in cleaned if value))[:MOST_NUMBERS]


def read(
    fields: Mapping[str, str], memos: Sequence[str], payable_minor: Mapping[str, int], currency: str
) -> PayForm:
    """Read the form. A missing amount is all that can be paid of the invoice.

    :param payable_minor: by number of each chosen invoice, in minor units.
    """
    form = PayForm(
        memos=tuple(memos),
        method=fields.get("method", "")[:40],
        save=bool(fields.get("save")),
        key=read_text(fields, "key", 100),
    )
    for number, left in payable_minor.items():
        form.typed[number] = _invoice_fields(fields, number, left, currency)
    return form


def _invoice_fields(fields: Mapping[str, str], number: str, left: int, currency: str) -> InvoiceFields:
    typed = InvoiceFields(
        number,
        clean_text(fields.get(f"amount_{number}", amount_field(left, currency)))[:40],
        read_text(fields, f"reason_{number}", 20),
        written_text(fields, f"note_{number}"),
    )
    try:
        typed.minor = parse_amount(typed.amount, currency)
        if typed.minor == 0:
            typed.amount_error = "Enter more than zero, or leave the invoice out."
    except ValueError as error:
        typed.amount_error = str(error)
    return typed
