"""What went through a company's account in a month, from the books: opening balance, every entry, closing balance.

The balance is what the company owes in the ledger, receivable and unapplied together: open invoices less credit
memos and unapplied money. Facts between the seller and Stripe (fees, undecided chargebacks) do not change it and are not
shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import DOCUMENTS, NOT_OF_CUSTOMER, OF_CUSTOMER
from portal.billing.periods import Month
from portal.billing.statements.queries.days import DAY, DOCUMENT
from portal.foundation.sql import sql_list

PAGE = 200
# What happened is looked for by its moment, then taken by its day: no zone is further away.
AROUND = timedelta(days=2)
_OURS = sql_list(NOT_OF_CUSTOMER)
# Each document's balance at the end, by how long it had been due then; and what was there before the month.
_BALANCES = text(f"""
with moved as (
  select e.account, e.invoice_id, e.amount_minor, {DAY} < :first as earlier
    from ledger_entry e join ledger_transaction t on t.id = e.transaction_id {DOCUMENT}
    left join payment p on p.id = e.payment_id
   where e.company_id = :company and e.account in {sql_list(OF_CUSTOMER)} and e.currency = :currency
     and t.occurred_at < :ends and {DAY} < :next),
documents as (
  select i.due_on, sum(m.amount_minor) as amount
    from moved m join invoice i on i.id = m.invoice_id where m.account = 'receivable'
   group by i.id having sum(m.amount_minor) <> 0)
select (select coalesce(sum(amount_minor) filter (where earlier), 0) from moved),
       (select coalesce(sum(amount_minor), 0) from moved),
       (select coalesce(sum(amount_minor), 0) from moved where account = 'unapplied'),
       coalesce(sum(amount) filter (where amount < 0), 0),
       coalesce(sum(amount) filter (where amount > 0 and due_on >= :as_of), 0),
       coalesce(sum(amount) filter (where amount > 0 and due_on < :as_of and due_on >= :day_30), 0),
       coalesce(sum(amount) filter (where amount > 0 and due_on < :day_30 and due_on >= :day_60), 0),
       coalesce(sum(amount) filter (where amount > 0 and due_on < :day_60 and due_on >= :day_90), 0),
       coalesce(sum(amount) filter (where amount > 0 and due_on < :day_90), 0)
  from documents
""")
_ENTRIES = text(f"""
with facts as (
  select t.id, t.kind, t.occurred_at, t.posting_key, {DAY} as on_day,
         coalesce(sum(e.amount_minor) filter (where e.account in {sql_list(OF_CUSTOMER)}), 0) as amount,
         coalesce(sum(e.amount_minor) filter (where e.account = 'discounts'), 0) as discount,
         coalesce(-sum(e.amount_minor) filter (where e.account = 'unapplied' and t.kind = 'payment'), 0) as ahead,
         min(e.invoice_id) filter (where t.kind in {sql_list(DOCUMENTS)}) as invoice_id,
         max(e.payment_id) as payment_id
    from ledger_transaction t {DOCUMENT} left join ledger_entry e on e.transaction_id = t.id
    left join payment p on p.id = e.payment_id
   where t.company_id = :company and t.currency = :currency and t.occurred_at >= :begins and t.occurred_at < :ends
     and t.kind not in {_OURS} and {DAY} >= :first and {DAY} < :next
   group by t.id, d.id, p.id),
shown as (
  select f.*, sum(amount) over (order by on_day, occurred_at, id) as moved, count(*) over () as many,
         coalesce(sum(amount) filter (where amount > 0) over (), 0) as charges,
         coalesce(sum(amount) filter (where amount < 0) over (), 0) as credits
    from facts f order by on_day, occurred_at, id limit :size offset :skip)
select s.*, i.number, i.due_on, i.po_number, i.job_name, i.reason, p.number as payment_number, p.kind as payment_kind,
       t.words,
       (select array_agg(distinct o.number order by o.number)
          from ledger_entry x join invoice o on o.id = x.invoice_id
         where s.invoice_id is null and x.transaction_id = s.id and x.account = 'receivable') as documents
  from shown s join ledger_transaction t on t.id = s.id
  left join invoice i on i.id = s.invoice_id left join payment p on p.id = s.payment_id
 order by s.on_day, s.occurred_at, s.id
""")


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact in the books. ``amount_minor`` moves the balance: up what is owed, down what was paid or credited;
    nothing where one document was only set against another."""

    at: datetime
    on: date  # the day it is listed under in the account
    kind: str  # see portal/billing/chart_of_accounts.py
    number: str  # of the invoice or credit memo it issued
    amount_minor: int
    balance_minor: int
    discount_minor: int  # of a payment: what was saved by paying early
    ahead_minor: int  # of a payment: what was not applied when it arrived
    due_on: date | None
    po_number: str
    job_name: str
    reason: str
    payment_number: str
    payment_kind: str
    words: str  # of its posting
    documents: tuple[str, ...]  # on which it was booked


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of a company's account; amounts in minor units. ``as_of`` is its last day, or today while it runs."""

    month: Month
    currency: str
    as_of: date
    opening_minor: int
    charges_minor: int
    credits_minor: int  # zero or below
    closing_minor: int
    ages: tuple[int, ...]  # open invoices at the end, by age (see portal/billing/account/words.py)
    memos_minor: int  # open credit memos at the end, zero or below
    unapplied_minor: int  # unapplied money at the end, zero or below
    entries: tuple[Entry, ...]  # those that were asked for
    many: int  # all entries of the month

    @property
    def overdue_minor(self) -> int:
        return sum(self.ages[1:])

    @property
    def set_against_minor(self) -> int:
        """What can be applied to open invoices, zero or below."""
        return self.memos_minor + self.unapplied_minor


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """A month of a company's account in one currency.

    :ivar zone: the seller's time zone; a month begins at its midnight.
    :ivar today: the seller's calendar day.
    """

    company_id: int
    month: Month
    currency: str
    zone: str
    today: date

    @property
    def begins(self) -> datetime:
        return self.month.begins(self.zone)

    @property
    def ends(self) -> datetime:
        return self.month.next.begins(self.zone)

    @property
    def as_of(self) -> date:
        """Its last day, or today while it runs."""
        return min(self.today, self.month.last)

    @property
    def parameters(self) -> dict[str, object]:
        """What both statements are asked with."""
        return {
            "company": self.company_id,
            "currency": self.currency,
            "begins": self.begins - AROUND,
            "ends": self.ends + AROUND,
            "first": self.month.first,
            "next": self.month.next.first,
            "zone": self.zone,
        }


def statement(session: Session, of: AccountMonth, *, size: int = PAGE, skip: int = 0) -> Statement:
    """A month's statement with ``size`` of its entries, after the first ``skip``. Two statements."""
    asked = of.parameters
    days = {"as_of": of.as_of, **{f"day_{n}": of.as_of - timedelta(days=n) for n in (30, 60, 90)}}
    opening, closing, unapplied, memos, *ages = (
        int(each) for each in session.execute(_BALANCES, asked | days).one()
    )
    rows = session.execute(_ENTRIES, asked | {"size": size, "skip": skip}).all()
    head = rows[0] if rows else None
    return Statement(
        of.month,
        of.currency,
        of.as_of,
        opening,
        int(head.charges) if head else 0,
        int(head.credits) if head else 0,
        closing,
        tuple(ages),
        memos,
        unapplied,
        tuple(_entry(row, opening) for row in rows),
        head.many if head else 0,
    )


def _entry(row: Row[Any], opening_minor: int) -> Entry:
    is_document = row.kind in ("invoice", "credit_memo")
    # A document over zero has no entries in the ledger; its posting's key still names it.
    number = row.number or (row.posting_key.partition(":")[2] if is_document else "")
    return Entry(
        row.occurred_at,
        row.on_day,
        row.kind,
        number,
        int(row.amount),
        opening_minor + int(row.moved),
        int(row.discount),
        int(row.ahead),
        row.due_on,
        row.po_number or "",
        row.job_name or "",
        row.reason or "",
        row.payment_number or "",
        row.payment_kind or "",
        row.words,
        tuple(row.documents or ()),
    )
