"""Amounts typed beside invoices. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from portal.foundation.amounts import amount_field, parse_amount

LONGEST = 40  # characters of an amount


class Document(Protocol):
    """What has to be known of an invoice beside which an amount is typed."""

    @property
    def id(self) -> int: ...
    @property
    def currency(self) -> str: ...


@dataclass(slots=True)
class TypedParts:
    """What stands in the fields, what it means (minor units by invoice), and what is wrong with it, by invoice."""

    texts: dict[int, str] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)

    @property
    def total_minor(self) -> int:
        """What is put onto invoices in all."""
        return sum(self.parts.values())

    def refuse(self, name: str | None, message: str) -> bool:
        """Put a use case's refusal beside its field ``amount_<id>``; False when it belongs elsewhere."""
        prefix, _, id = (name or "").rpartition("_")
        if prefix != "amount" or not id.isdecimal():
            return False
        self.errors[int(id)] = message
        return True


def read_parts(values: Mapping[str, str], documents: Iterable[Document]) -> TypedParts:
    """Read the fields ``amount_<id>`` of these invoices; empty ones and nothing mean: not this one."""
    found = TypedParts()
    for document in documents:
        text = values.get(f"amount_{document.id}", "").replace("\x00", "").strip()[:LONGEST]
        found.texts[document.id] = text
        if not text:
            continue
        try:
            amount = parse_amount(text, document.currency)
        except ValueError as error:
            found.errors[document.id] = str(error)
            continue
        if amount:
            found.parts[document.id] = amount
    return found


def fill_parts(parts: Mapping[int, int], documents: Iterable[Document]) -> TypedParts:
    """Fields that stand there with these amounts."""
    found = TypedParts(parts=dict(parts))
    for document in documents:
        amount = parts.get(document.id)
        found.texts[document.id] = amount_field(amount, document.currency) if amount else ""
    return found
