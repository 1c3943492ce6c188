"""The credit accounts that rows of companies.csv describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from portal.foundation.money import round_to_minor
from portal.intake.tables import Values
from portal.intake.upsert import upsert

KEY = ("company_id",)
LIMIT_COLUMNS = ("company_id", "currency", "limit_minor")
# Customers read ``hold_reason``; the file's reason is for staff and goes into ``hold_note``.
HOLD_COLUMNS = (*LIMIT_COLUMNS, "on_hold", "hold_note", "hold_reason", "held_by_name", "held_by_rule")


@dataclass(frozen=True, slots=True)
class _Hold:
    """A hold as it stands: what the customer reads, and who or what put it on the account."""

    reason: str = ""
    by_name: str = ""
    by_rule: bool = False


def write_credit(connection: Connection[Any], rows: Mapping[int, Values]) -> int:
    """Limits and holds by company; returns how many credit accounts changed.

    A hold that somebody has put on the account stays where the file says nothing, and keeps its words where the file
    says "yes", too. One of the company's rule stays where the file says "no", too: it ends when nothing is that overdue.
    """
    standing = _standing(connection)
    limits: list[tuple[Any, ...]] = []
    holds: list[tuple[Any, ...]] = []
    for company_id, v in rows.items():
        limit = 0 if v["credit_limit"] is None else round_to_minor(v["credit_limit"], v["currency"])
        account = company_id, v["currency"], limit
        held = standing.get(company_id, _Hold())
        if v["credit_hold"] is None or (not v["credit_hold"] and held.by_rule):
            limits.append(account)
        else:
            holds.append((*account, *_hold(v, held)))
    written = upsert(connection, "credit_account", LIMIT_COLUMNS, KEY, limits)
    written.plus(upsert(connection, "credit_account", HOLD_COLUMNS, KEY, holds))
    return written.added + written.changed


def _standing(connection: Connection[Any]) -> dict[int, _Hold]:
    rows = connection.execute(
        "select company_id, hold_reason, held_by_name, held_by_rule from credit_account where on_hold"
    )
    return {company_id: _Hold(*rest) for company_id, *rest in rows}


def _hold(v: Values, held: _Hold) -> tuple[Any, ...]:
    """The values of ``HOLD_COLUMNS`` after the limit."""
    if not v["credit_hold"]:
        return False, "", "", "", False
    kept = held if held.by_name else _Hold()
    return True, v["hold_reason"], kept.reason, kept.by_name, False
