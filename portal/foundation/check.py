"""Checks of ``portal verify``: what must always be true of stored rows, asked of a live database.

A noun lists its checks in ``checks.py``: ``CHECKS = (Check("refunds", "Refunds come to no …", "select …", 5), …)``.
``portal.verification`` collects them.
"""

from __future__ import annotations

from collections.abc import Iterable
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


def in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Checks by their invariant, those without one last, then by name.

    :raises ValueError: when two have the same name.
    """
    found: dict[str, Check] = {}
    for check in checks:
        if check.name in found:
            raise ValueError(f"Two checks are called {check.name}; give one of them another name.")
        found[check.name] = check
    return tuple(sorted(found.values(), key=lambda check: (check.invariant or 1_000, check.name)))
