"""A company's payments: what came in, what went back or was charged back, what failed, and what is under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from portal.billing.payment_states import LIVE
from portal.foundation.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE = 25
UNDER_WAY_SHOWN = 50

# Each arm is read by its company's index, newest first; ``rank`` orders what happened at the same moment.
_ARMS = """
(select p.received_at as at, 3 as rank, p.id, 'payment' as what, p.number, p.amount_minor, p.currency, p.kind,
        p.method_words, p.actor_name, p.reference, a.token, p.id as payment_id, a.id as attempt_id, p.unapplied_minor,
        p.refunded_minor, case when p.reversed_at is null then 'succeeded' else 'reversed' end as state,
        case p.reversal_reason when 'bounced' then 'Returned by the bank' when 'mistake' then 'Recorded by mistake'
                               else '' end as words,
        coalesce((select sum(d.amount_minor) from stripe_dispute d where d.payment_id = p.id and d.state = 'lost'), 0)
          as charged_back_minor
   from payment p left join payment_attempt a on a.id = p.attempt_id
  where p.company_id = :company {payments} order by p.received_at desc, p.id desc limit :many)
union all
(select r.created_at, 2, r.id, 'refund', p.number, -r.amount_minor, r.currency, p.kind, p.method_words, r.actor_name, '',
        a.token, p.id, null, 0, 0, r.state, r.reason, 0
   from refund r join payment p on p.id = r.payment_id left join payment_attempt a on a.id = p.attempt_id
  where r.company_id = :company {refunds} order by r.created_at desc, r.id desc limit :many)
union all
(select a.created_at, 1, a.id, 'failed', '', a.amount_minor, a.currency, a.method_kind, '', a.actor_name, '', a.token,
        null, a.id, 0, 0, a.state, a.failure_words, 0
   from payment_attempt a
  where a.company_id = :company and a.state = 'failed' and a.purpose <> 'setup' {attempts}
  order by a.created_at desc, a.id desc limit :many)
union all
(select d.closed_at, 0, d.payment_id, 'chargeback', p.number, -d.amount_minor, d.currency, p.kind, p.method_words, '', '',
        a.token, p.id, null, 0, 0, d.state, '', 0
   from stripe_dispute d join payment p on p.id = d.payment_id left join payment_attempt a on a.id = p.attempt_id
  where d.company_id = :company and d.state = 'lost' and d.closed_at is not null {chargebacks}
  order by d.closed_at desc, d.payment_id desc limit :many)
"""
# What it went to: by the books for money that came, by what was asked for where none did.
_HISTORY = """
select x.*, coalesce(booked.numbers, wanted.numbers, '{{}}') as invoices
  from ({arms} order by at desc, rank desc, id desc limit :many) x
  left join lateral (
    select array_agg(i.number order by i.number) as numbers from invoice i
     where x.payment_id is not null and i.id in (
       select e.invoice_id from ledger_entry e where e.payment_id = x.payment_id and e.account = 'receivable')) booked on true
  left join lateral (
    select array_agg(i.number order by i.number) as numbers from payment_allocation l join invoice i on i.id = l.invoice_id
     where x.payment_id is null and l.attempt_id = x.attempt_id) wanted on true
 order by x.at desc, x.rank desc, x.id desc
"""
_UNDER_WAY = text("""
select a.token, a.state, a.amount_minor, a.currency, a.created_at, a.run_on, a.method_kind, a.purpose, a.actor_name,
       (select array_agg(i.number order by i.number) from payment_allocation l join invoice i on i.id = l.invoice_id
         where l.attempt_id = a.id) as invoices
  from payment_attempt a
 where a.company_id = :company and a.purpose <> 'setup' and a.state = any(:states)
 order by a.run_on nulls first, a.created_at desc, a.id desc limit :many
""")


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One line of the history; amounts in minor units, below zero for what went back.

    ``number`` of a refund is that of its payment. ``token`` opens the page of the try at Stripe it came from.
    """

    at: datetime
    what: str  # payment, refund, chargeback, failed
    number: str
    amount_minor: int
    currency: str
    kind: str
    method_words: str
    actor_name: str
    reference: str
    token: str | None
    unapplied_minor: int
    refunded_minor: int
    state: str
    words: str
    charged_back_minor: int  # of a payment: what its bank has taken back for good
    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A payment that has been started or is scheduled; its money is not in the books yet."""

    token: str
    state: str
    amount_minor: int
    currency: str
    created_at: datetime
    run_on: date | None
    method_kind: str
    purpose: str
    actor_name: str
    invoices: tuple[str, ...]


def payments(
    session: Session, company_id: int, *, after: str | None = None, size: int = PAGE_SIZE
) -> Page[PaymentRow]:
    """One page of the history, newest first. One statement.

    :param after: cursor: the page with what happened before that row.
    """
    key = decode_cursor(after, datetime, int, int)
    asked: dict[str, object] = {"company": company_id, "many": size + 1}
    if key is not None:
        asked |= dict(zip(("at", "rank", "id"), key, strict=True))
    found = session.execute(_history(key is not None), asked).all()
    rows, more = found[:size], len(found) > size
    last = rows[-1] if rows else None
    cursor = encode_cursor(last.at, last.rank, last.id) if more and last is not None else None
    return Page([_row(row) for row in rows], next_cursor=cursor)


def under_way(session: Session, company_id: int) -> list[UnderWay]:
    """What is started or scheduled: the started first, then by day. One statement."""
    asked = {"company": company_id, "states": [*LIVE, "scheduled"], "many": UNDER_WAY_SHOWN}
    return [
        UnderWay(**{**row._asdict(), "invoices": tuple(row.invoices or ())})
        for row in session.execute(_UNDER_WAY, asked)
    ]


def _row(row: Row[Any]) -> PaymentRow:
    names = PaymentRow.__slots__
    values = {name: getattr(row, name) for name in names}
    bank = int(row.charged_back_minor)
    return PaymentRow(**values | {"charged_back_minor": bank, "invoices": tuple(row.invoices)})


@cache
def _history(with_cursor: bool) -> TextClause:
    def older(at: str, rank: int, row_id: str) -> str:
        if not with_cursor:
            return ""
        return f"and {at} <= :at and ({at}, {rank}, {row_id}) < (:at, :rank, :id)"

    arms = _ARMS.format(
        payments=older("p.received_at", 3, "p.id"),
        refunds=older("r.created_at", 2, "r.id"),
        attempts=older("a.created_at", 1, "a.id"),
        chargebacks=older("d.closed_at", 0, "d.payment_id"),
    )
    return text(_HISTORY.format(arms=arms))
