"""The credit accounts that rows of companies.csv describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Connection

from portal.foundation.money import round_to_minor
from portal.intake.tables import Values
from portal.intake.upsert import upsert

KEY = ("company_id",)
LIMIT_COLUMNS = ("company_id", "currency", "limit_minor")
HOLD_COLUMNS = (*LIMIT_COLUMNS, "on_hold", "hold_reason", "held_by_rule")


def write_credit(connection: Connection[Any], rows: Mapping[int, Values]) -> int:
    """Limits and holds by company; returns how many credit accounts changed.

    A hold that somebody has put on the account stays where the file says nothing. One of the company's rule stays where
    the file says "no", too: it ends when nothing is that overdue.
    """
    by_rule = {
        id_ for (id_,) in connection.execute("select company_id from credit_account where held_by_rule")
    }
    limits: list[tuple[Any, ...]] = []
    holds: list[tuple[Any, ...]] = []
    for company_id, v in rows.items():
        limit = 0 if v["credit_limit"] is None else round_to_minor(v["credit_limit"], v["currency"])
        account = company_id, v["currency"], limit
        if v["credit_hold"] is None or (not v["credit_hold"] and company_id in by_rule):
            limits.append(account)
        else:
            holds.append((*account, v["credit_hold"], v["hold_reason"] if v["credit_hold"] else "", False))
    written = upsert(connection, "credit_account", LIMIT_COLUMNS, KEY, limits)
    written.plus(upsert(connection, "credit_account", HOLD_COLUMNS, KEY, holds))
    return written.added + written.changed
