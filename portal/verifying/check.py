"""What a check is, and bits of SQL that several of them need."""

from __future__ import annotations

from dataclasses import dataclass

from portal.foundation.money import EXPONENTS


@dataclass(frozen=True)
class Check:
    """One rule.

    :ivar invariant: its number among the nineteen of docs/operations.md, if it belongs to one.
    :ivar sql: selects what breaks the rule, its name first; no row means that it holds.
    """

    name: str
    meaning: str
    sql: str
    invariant: int | None = None


def scale(currency: str) -> str:
    """10^decimals of the currency in a column, in SQL."""
    cases = " ".join(f"when '{code}' then {10**places}" for code, places in sorted(EXPONENTS.items()))
    return f"case {currency} {cases} else 100 end"
