"""What a company has bought: invoices less credit memos, without tax, by month and by job of the last year.

Read from the company's index of issue days, so it costs a year of one company and never the whole table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

MONTHS = 12
JOBS = 8

_SPEND = text("""
with docs as materialized (
  select currency, cast(date_trunc('month', issued_on) as date) as month, job_name, sum(net_minor) as net,
         count(*) as many
    from invoice where company_id = :company and issued_on >= :since and issued_on <= :today
   group by currency, 2, job_name),
jobs as (
  select currency, job_name, sum(net) as net, sum(many) as many,
         row_number() over (partition by currency order by sum(net) desc, job_name) as place
    from docs group by currency, job_name)
select 'month' as what, currency, month, '' as job, sum(net) as net, sum(many) as many, 1 as jobs
  from docs group by currency, month
 union all
select 'job', currency, null, job_name, net, many, 1 from jobs where place <= :jobs
 union all
select 'rest', currency, null, '', sum(net), sum(many), count(*) from jobs where place > :jobs group by currency
""")


@dataclass(frozen=True, slots=True)
class Month:
    """What was bought in a month, in minor units without tax."""

    first: date
    net_minor: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """What was bought for a job; ``name`` empty: for none. ``jobs`` above 1: the smaller ones together."""

    name: str
    net_minor: int
    documents: int
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Spend:
    """A year of one currency: every month of it, the oldest first, and the biggest jobs."""

    currency: str
    months: tuple[Month, ...]
    jobs: tuple[Job, ...]

    @property
    def total_minor(self) -> int:
        return sum(each.net_minor for each in self.months)

    @property
    def documents(self) -> int:
        return sum(each.documents for each in self.months)


def spend(session: Session, company_id: int, today: date) -> list[Spend]:
    """The last twelve months up to ``today``, one for each currency that was invoiced in. One statement."""
    firsts = _months(today)
    asked = {"company": company_id, "since": firsts[0], "today": today, "jobs": JOBS}
    found: dict[str, list[Row[Any]]] = {}
    for row in session.execute(_SPEND, asked):
        found.setdefault(row.currency, []).append(row)
    return [_spend(currency, rows, firsts) for currency, rows in sorted(found.items())]


def _spend(currency: str, rows: Iterable[Row[Any]], firsts: list[date]) -> Spend:
    months = {first: Month(first) for first in firsts}
    jobs: list[Job] = []
    rest: list[Job] = []
    for row in rows:
        net, many = int(row.net), int(row.many)
        if row.what == "month":
            months[row.month] = Month(row.month, net, many)
        else:
            (jobs if row.what == "job" else rest).append(Job(row.job, net, many, int(row.jobs)))
    jobs.sort(key=lambda job: (-job.net_minor, job.name))
    return Spend(currency, tuple(months.values()), (*jobs, *rest))


def _months(today: date) -> list[date]:
    """The first days of the last twelve months, the oldest first."""
    count = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(count - MONTHS + 1, count + 1)]
