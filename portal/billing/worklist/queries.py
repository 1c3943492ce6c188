"""The worklist of accounts receivable: overdue companies, unapplied payments, disputes, failed refunds, discrepancies. Read from
the partial indexes of open rows, so that the cost does not grow with history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from portal.billing.models.tax import WAITING
from portal.billing.payment_states import REFUND_GONE
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.foundation.sql import sql_list
from portal.touchpoints.interaction import note_shown

PAGE_SIZE = 25
CASH_SHOWN = 10

_OVERDUE = """
select x.company_id, c.code, c.name, c.phone, x.currency, x.overdue, x.many, x.oldest, coalesce(k.on_hold, false)
  from (select company_id, currency, cast(sum(open_minor) as bigint) as overdue, count(*) as many, min(due_on) as oldest
          from invoice where open_minor > 0 and due_on < :today
         group by company_id, currency {after}
         order by overdue desc, company_id, currency limit :many) x
  join company c on c.id = x.company_id
  left join credit_account k on k.company_id = c.id
 order by x.overdue desc, x.company_id, x.currency
"""
_AFTER = """having cast(sum(open_minor) as bigint) < :amount
             or (cast(sum(open_minor) as bigint) = :amount and (company_id, currency) > (:company, :currency))"""
# Refunds that did not arrive, and that nobody has seen to yet.
UNSEEN = f"state in {sql_list(REFUND_GONE)} and acknowledged_at is null"
_COUNTS = text(f"""
select (select count(*) from invoice_dispute where closed_at is null) as disputes,
       (select count(*) from payment where unapplied_minor > 0) as cash,
       (select count(*) from discrepancy where settled_at is null and acknowledged_at is null) as discrepancies,
       (select count(*) from credit_account where on_hold) as held,
       (select count(*) from refund where {UNSEEN}) as refunds,
       (select count(*) from tax_exemption where state = :waiting and ended_at is null) as exemptions
""")
_REFUNDS = text(f"""
select p.number, c.name, r.amount_minor, r.currency, r.updated_at, r.failure_words
  from refund r join payment p on p.id = r.payment_id join company c on c.id = r.company_id
 where r.id in (select id from refund where {UNSEEN} order by id limit :many) order by r.id
""")
_CASH = text("""
select p.id, p.number, c.code, c.name, p.kind, p.received_at, p.unapplied_minor, p.currency,
       p.ended_draft_id is not null, p.return_asked_at
  from payment p join company c on c.id = p.company_id
 where p.unapplied_minor > 0 order by p.return_asked_at nulls last, p.received_at, p.id limit :many
""")


@dataclass(frozen=True, slots=True)
class OverdueCompany:
    """A company with overdue invoices of one currency; amounts in its minor units."""

    company_id: int
    code: str
    name: str
    phone: str | None
    currency: str
    overdue_minor: int
    invoices: int
    oldest: date  # the earliest due day
    on_hold: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each kind are waiting."""

    disputes: int
    cash: int
    discrepancies: int
    held: int
    refunds: int  # that failed
    exemptions: int  # that nobody has looked at


@dataclass(frozen=True, slots=True)
class FailedRefund:
    """A refund that did not arrive: its money is with us."""

    payment_number: str
    company_name: str
    amount_minor: int
    currency: str
    failed_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class UnappliedPayment:
    """A payment that is not fully applied to invoices."""

    id: int
    number: str
    code: str
    name: str
    kind: str
    received_at: datetime
    unapplied_minor: int
    currency: str
    of_ended_order: bool  # it was paid ahead for an order that has ended
    asked_at: datetime | None  # the company wants it back since then


def overdue_companies(session: Session, today: date, *, after: str | None = None) -> Page[OverdueCompany]:
    """A page of them, the largest amount first. One statement."""
    key = decode_cursor(after, int, int, str)
    asked = {"today": today, "many": PAGE_SIZE + 1}
    if key is not None:
        asked |= dict(zip(("amount", "company", "currency"), key, strict=True))
    found = [OverdueCompany(*row) for row in session.execute(_overdue(key is not None), asked)]
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    note_shown(session, *(row.company_id for row in shown))
    last = shown[-1] if more else None
    return Page(shown, encode_cursor(last.overdue_minor, last.company_id, last.currency) if last else None)


def counts(session: Session) -> Counts:
    """One statement."""
    return Counts(*session.execute(_COUNTS, {"waiting": WAITING}).one())


def oldest_unapplied(session: Session) -> list[UnappliedPayment]:
    """Payments that are wanted back, then those that have waited longest to be applied. One statement."""
    return [UnappliedPayment(*row) for row in session.execute(_CASH, {"many": CASH_SHOWN})]


def failed_refunds(session: Session) -> list[FailedRefund]:
    """Refunds that failed and nobody has seen to, oldest first. One statement."""
    return [FailedRefund(*row) for row in session.execute(_REFUNDS, {"many": CASH_SHOWN})]


@cache
def _overdue(with_cursor: bool) -> TextClause:
    return text(_OVERDUE.format(after=_AFTER if with_cursor else ""))
