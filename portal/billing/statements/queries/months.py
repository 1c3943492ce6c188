"""The months in which anything went through a company's account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import NOT_OF_CUSTOMER, OF_CUSTOMER
from portal.billing.periods import Month
from portal.billing.statements.queries.days import DAY, DOCUMENT
from portal.foundation.sql import sql_list

_OURS = sql_list(NOT_OF_CUSTOMER)
_MONTHS = text(f"""
with facts as (
  select t.id, t.currency, min({DAY}) as on_day, coalesce(sum(e.amount_minor), 0) as amount
    from ledger_transaction t {DOCUMENT}
    left join ledger_entry e on e.transaction_id = t.id and e.account in {sql_list(OF_CUSTOMER)}
    left join payment p on p.id = e.payment_id
   where t.company_id = :company and t.kind not in {_OURS} group by t.id),
months as (
  select currency, cast(date_trunc('month', on_day) as date) as first, count(*) as entries,
         coalesce(sum(amount) filter (where amount > 0), 0) as charges,
         coalesce(sum(amount) filter (where amount < 0), 0) as credits
    from facts group by 1, 2)
select currency, first, entries, charges, credits,
       sum(charges + credits) over (partition by currency order by first) as closing
  from months order by first desc, currency
""")


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month with anything in it; amounts in minor units, credits below zero."""

    month: Month
    currency: str
    entries: int
    charges_minor: int
    credits_minor: int
    closing_minor: int


def months(session: Session, company_id: int, *, zone: str, until: Month | None = None) -> list[MonthRow]:
    """The company's months with entries, the newest first, and those to which a balance was carried. One statement.

    :param zone: the seller's; a month begins at its midnight.
    :param until: the last month that is looked at; None for the last one with entries.
    """
    return carried(_with_entries(session, company_id, zone), until)


def carried(rows: Sequence[MonthRow], until: Month | None = None) -> list[MonthRow]:
    """The rows with months in between and after them in which a balance stood and nothing was booked. The newest first.

    :param rows: the newest first.
    """
    filled: list[MonthRow] = []
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in reversed(rows) if row.currency == currency]
        for row, following in zip(own, [*own[1:], None], strict=True):
            filled.append(row)
            end = following.month if following else until.next if until else row.month
            month = row.month.next
            while month < end and row.closing_minor:
                filled.append(MonthRow(month, currency, 0, 0, 0, row.closing_minor))
                month = month.next
    return sorted(filled, key=lambda row: (-row.month.year, -row.month.number, row.currency))


def _with_entries(session: Session, company_id: int, zone: str) -> list[MonthRow]:
    return [
        MonthRow(
            Month.of(row.first),
            row.currency,
            row.entries,
            int(row.charges),
            int(row.credits),
            int(row.closing),
        )
        for row in session.execute(_MONTHS, {"company": company_id, "zone": zone})
    ]
