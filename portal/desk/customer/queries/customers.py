"""Companies as the desk sees them: how often each orders, and which is overdue by its own rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from portal.accounts.sight import Companies, sight_of, sight_values
from portal.foundation.actor import Actor
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.foundation.sql import sql_list
from portal.foundation.wording import fold_like
from portal.orders.status import OPEN_STATES
from portal.touchpoints.interaction import note_shown

PAGE = 25
RHYTHM_ORDERS = 13  # twelve intervals
# Silent for this many times its usual interval: somebody should call.
OVERDUE = 1.5
_OPEN = sql_list(OPEN_STATES)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A company with its rhythm. ``usual_days`` is the median interval of its last orders; None: too few."""

    id: int
    code: str
    name: str
    phone: str | None
    acting_consent: bool
    disabled: bool
    last_number: str | None
    last_at: datetime | None
    usual_days: float | None
    open_orders: int
    ready_orders: int
    since_days: float | None

    @property
    def overdue(self) -> float:
        """Days since the last order as a multiple of the usual interval; 0 where there is no rhythm."""
        if self.usual_days is None or self.since_days is None:
            return 0.0
        return self.since_days / max(self.usual_days, 1.0)

    @property
    def is_overdue(self) -> bool:
        return self.overdue >= OVERDUE


# The rhythm is read from each company's newest orders by its own index; days count whole visits, so two orders
# of one day are one.
_ROWS = """
select c.id, c.code, c.name, c.phone, c.acting_consent, c.disabled_at is not null,
       last.number, last.placed_at, rhythm.usual,
       (select count(*) from sales_order o where o.company_id = c.id and o.status in {open}),
       (select count(*) from sales_order o where o.company_id = c.id and o.status = 'ready'),
       cast(extract(epoch from cast(:now as timestamptz) - last.placed_at) / 86400.0 as float8)
  from ({companies}) c
  left join lateral (select number, placed_at from sales_order o where o.company_id = c.id and o.kind = 'order'
                      order by placed_at desc, id desc limit 1) last on true
  left join lateral (
    select percentile_cont(0.5) within group (order by gap) as usual from (
      select cast(extract(epoch from at - lag(at) over (order by at)) / 86400.0 as float8) as gap from (
        select placed_at as at from sales_order o where o.company_id = c.id and o.kind = 'order'
         order by placed_at desc, id desc limit {many}) newest) gaps
     where gap >= 0.5 having count(*) >= 3) rhythm on true
"""
_IN_SIGHT = "select company.* from company where {in_sight}"


def assigned_customers(session: Session, actor: Actor, *, now: datetime) -> list[CustomerRow]:
    """All companies that a rep looks after, the most overdue first. One statement."""
    in_sight = Companies.ASSIGNED.sql("company.id")
    source = f"{_IN_SIGHT.format(in_sight=in_sight)} and company.disabled_at is null"
    statement = text(_ROWS.format(open=_OPEN, companies=source, many=RHYTHM_ORDERS))
    rows = [CustomerRow(*row) for row in session.execute(statement, {**sight_values(actor), "now": now})]
    note_shown(session, *(row.id for row in rows))
    return sorted(
        rows, key=lambda row: (not row.is_overdue, -row.overdue if row.is_overdue else 0.0, row.name)
    )


def customers(
    session: Session, actor: Actor, *, now: datetime, words: str = "", cursor: str | None = None
) -> Page[CustomerRow]:
    """A page of the companies that a member of staff may see, by name. One statement."""
    after = decode_cursor(cursor, str, int)
    statement = _page_statement(sight_of(actor).companies, bool(words), after is not None)
    asked = {
        **sight_values(actor),
        "now": now,
        "many": PAGE + 1,
        "like": fold_like(words),
        "code": words.upper(),
    }
    if after is not None:
        asked |= {"name": after[0], "id": after[1]}
    rows = [CustomerRow(*row) for row in session.execute(statement, asked)]
    shown, more = rows[:PAGE], len(rows) > PAGE
    note_shown(session, *(row.id for row in shown))
    return Page(shown, next_cursor=encode_cursor(shown[-1].name, shown[-1].id) if more else None)


@cache
def _page_statement(companies: Companies, with_words: bool, with_cursor: bool) -> TextClause:
    source = _IN_SIGHT.format(in_sight=companies.sql("company.id"))
    if with_words:
        source += " and (fold(company.name) like :like or company.code = :code)"
    if with_cursor:
        source += " and (company.name, company.id) > (:name, :id)"
    source += " order by company.name, company.id limit :many"
    return text(_ROWS.format(open=_OPEN, companies=source, many=RHYTHM_ORDERS) + " order by c.name, c.id")
