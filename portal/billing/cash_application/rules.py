"""What can be applied to invoices, and by which name a page calls it. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.foundation.secrets.handles import read_handle

MOST_NAMED = 3  # invoices that the words of a posting list


@dataclass(frozen=True, slots=True)
class Source:
    """What is applied: a payment's unapplied cash (``cash``) or a credit memo (``memo``).

    :ivar discounts: early-payment discounts that were typed with it, by invoice id.
    """

    kind: str
    id: int
    discounts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def named(cls, name: str, discounts: Mapping[int, int] | None = None) -> Source:
        """By its name in addresses, ``cash-<handle>``; a malformed name gives id 0, which no company has."""
        kind, _, which = name.partition("-")
        return cls(kind, read_handle("credit", which) or 0, discounts or {})


def application_key(form_key: str) -> str:
    """Names the application of a form in the ledger."""
    return f"application:{form_key}"


def listed(numbers: Sequence[str]) -> str:
    """Invoice numbers in words: the first three, and how many more there are."""
    named = ", ".join(numbers[:MOST_NAMED])
    return named + (f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else "")
