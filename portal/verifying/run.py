"""Runs the checks and gathers the counts and sums that two systems are compared by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, text

from portal.verifying.check import Check
from portal.verifying.checks import CHECKS, INVARIANTS

SHOWN = 20  # rows of a broken check; their number is always the whole one
LARGEST = 5

COUNTS = """
select (select count(*) from company) as companies, (select count(*) from app_user) as users,
       (select count(*) from product) as products, (select count(*) from variant) as variants,
       (select count(*) from store) as stores, (select count(*) from sales_order) as orders,
       (select count(*) from sales_order where kind = 'credit') as credits,
       (select count(*) from sales_order where kind = 'adjustment') as adjustments,
       (select count(*) from order_line) as order_lines,
       (select count(*) from order_line l join company c on c.id = l.company_id
         where c.account_kind = 'counter') as order_lines_without_customer,
       (select count(*) from invoice where kind = 'invoice') as invoices,
       (select count(*) from invoice where kind = 'credit_memo') as credit_memos,
       (select count(*) from payment) as payments,
       (select count(*) from ledger_entry) as ledger_entries,
       (select count(*) from touchpoint) as touchpoints
"""
SUMS = """
select currency, coalesce(o.orders_minor, 0) as orders_minor,
       coalesce(o.orders_with_customer_minor, 0) as orders_with_customer_minor,
       d.documents_minor, d.documents_with_customer_minor, d.open_minor, d.receivable_minor
  from (
    select o.currency, sum(o.total_minor) as orders_minor,
           coalesce(sum(o.total_minor) filter (where c.account_kind = 'trade'), 0) as orders_with_customer_minor
      from sales_order o join company c on c.id = o.company_id group by o.currency) o
  full join (
    select i.currency, sum(i.total_minor) as documents_minor,
           coalesce(sum(i.total_minor) filter (where c.account_kind = 'trade'), 0) as documents_with_customer_minor,
           sum(i.open_minor) as open_minor,
           (select coalesce(sum(e.amount_minor), 0) from ledger_entry e
             where e.account = 'receivable' and e.currency = i.currency) as receivable_minor
      from invoice i join company c on c.id = i.company_id group by i.currency) d using (currency)
 order by currency
"""

COMPANIES = f"""
select c.code as company, o.currency, count(*) as orders, sum(o.total_minor) as orders_minor
  from sales_order o join company c on c.id = o.company_id where c.account_kind = 'trade'
 group by c.code, o.currency order by orders_minor desc, c.code limit {LARGEST}
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
    largest: list[dict[str, Any]]
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
            "largest_companies": self.largest,
            "invariants": [
                {
                    "number": number,
                    "meaning": meaning,
                    "ok": not any(f.check.invariant == number for f in self.findings),
                    "checks": [check.name for check in CHECKS if check.invariant == number],
                }
                for number, meaning in INVARIANTS.items()
            ],
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
        connection.execute(text("set local work_mem = '64MB'"))  # half a million lines are grouped in memory
        counts = dict(connection.execute(text(COUNTS)).mappings().one())
        sums = {row.pop("currency"): row for row in _rows(connection, SUMS)}
        largest = _rows(connection, COMPANIES)
        findings = [found for check in CHECKS if (found := _run(connection, check))]
    return Verdict(counts, sums, largest, findings)


def _rows(connection: Connection, sql: str) -> list[dict[str, Any]]:
    """Rows as plain values; sums arrive as whole decimals, because they may be larger than any integer column."""
    rows = connection.execute(text(sql)).mappings()
    return [{k: int(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in rows]


def _run(connection: Connection, check: Check) -> Finding | None:
    counted = f"select broken.*, count(*) over () from ({check.sql}) as broken limit {SHOWN}"
    rows = connection.execute(
        text(counted.replace(":", r"\:"))
    ).all()  # no parameters, whatever looks like one
    if not rows:
        return None
    return Finding(check, rows[0][-1], [[_plain(value) for value in row[:-1]] for row in rows])


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) or value is None else str(value)
