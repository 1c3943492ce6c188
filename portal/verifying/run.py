"""Runs the checks and gathers the counts and sums that two systems are compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from portal.verifying.checks import CHECKS, Check

SHOWN = 20

COUNTS = """
select (select count(*) from company) as companies, (select count(*) from app_user) as users,
       (select count(*) from product) as products, (select count(*) from variant) as variants,
       (select count(*) from store) as stores, (select count(*) from sales_order) as orders,
       (select count(*) from sales_order where kind = 'credit') as credits,
       (select count(*) from sales_order where kind = 'adjustment') as adjustments,
       (select count(*) from order_line) as order_lines,
       (select count(*) from order_line l join company c on c.id = l.company_id
         where c.account_kind = 'counter') as order_lines_without_customer,
       (select count(*) from touchpoint) as touchpoints
"""
SUMS = """
select o.currency, sum(o.total_minor)::bigint as orders_minor,
       coalesce(sum(o.total_minor) filter (where c.account_kind = 'trade'), 0)::bigint as orders_with_customer_minor
  from sales_order o join company c on c.id = o.company_id group by o.currency order by o.currency
"""


@dataclass(frozen=True)
class Finding:
    """A check that does not hold: how many rows break it, and the first of them."""

    check: Check
    count: int
    rows: list[list[Any]]


@dataclass(frozen=True)
class Verdict:
    """What ``portal verify`` says. Sums are whole minor units of the currency."""

    counts: dict[str, int]
    sums: dict[str, dict[str, int]]
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """For ``--json``: counts, sums, and each check with what breaks it."""
        broken = {finding.check.name: finding for finding in self.findings}
        return {
            "ok": self.ok,
            "counts": self.counts,
            "sums": self.sums,
            "checks": [
                {
                    "name": check.name,
                    "invariant": check.invariant,
                    "meaning": check.meaning,
                    "ok": check.name not in broken,
                    "broken": broken[check.name].count if check.name in broken else 0,
                    "rows": broken[check.name].rows if check.name in broken else [],
                }
                for check in CHECKS
            ],
        }


def verify(engine: Engine) -> Verdict:
    """Run every check in one read-only snapshot, so that orders placed meanwhile cannot look half done."""
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as connection:
        connection.execute(text("set local statement_timeout = 0"))
        counts = dict(connection.execute(text(COUNTS)).mappings().one())
        sums = {
            row.pop("currency"): row for row in (dict(r) for r in connection.execute(text(SUMS)).mappings())
        }
        findings = []
        for check in CHECKS:
            rows = connection.execute(text(check.sql)).all()
            if rows:
                shown = [[_plain(value) for value in row] for row in rows[:SHOWN]]
                findings.append(Finding(check, len(rows), shown))
    return Verdict(counts, sums, findings)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, str)) or value is None else str(value)
