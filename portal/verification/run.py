"""Runs the checks, and gathers the figures that go with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, text

from portal.foundation.check import Check
from portal.verification.collected import all_checks
from portal.verification.figures import figures
from portal.verification.verdict import Cell, Finding, Verdict

SHOWN = 20  # rows of a broken check; their number is always the whole one


def verify(engine: Engine) -> Verdict:
    """Run every check in one read-only snapshot, so that orders placed meanwhile cannot look half done."""
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as connection:
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("set local work_mem = '64MB'"))  # half a million lines are grouped in memory
        found = figures(connection)
        findings = [finding for check in all_checks() if (finding := _run(connection, check))]
    return Verdict(found, findings)


def _run(connection: Connection, check: Check) -> Finding | None:
    counted = f"select broken.*, count(*) over () from ({check.sql}) as broken limit {SHOWN}"
    # It has no parameters, whatever looks like one.
    rows = connection.execute(text(counted.replace(":", r"\:"))).all()
    if not rows:
        return None
    return Finding(check, rows[0][-1], [[_plain(value) for value in row[:-1]] for row in rows])


def _plain(value: Any) -> Cell:
    return value if isinstance(value, int | str) or value is None else str(value)
