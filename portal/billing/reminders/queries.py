"""Open invoices for which a step of reminding is due, and each company's reminder policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.models.credit import PaymentTerms
from portal.billing.payment_states import LIVE, WITHOUT_MONEY
from portal.billing.reminders.rules import DEFAULT_STEPS, LONGEST_BEFORE, DueStep, Policy
from portal.foundation.sql import sql_list

COMPANIES = 100  # in one transaction
MOST_OF_ONE = 2_000  # invoices of one company in one mail
# Monthly autopay pays an invoice up to a month after its due day; anything older was missed.
AUTOPAY_DAYS = 35

# Of several missed steps only the latest is due. A company is reminded at most once a day.
_DUE = text(f"""
with due as (
  select i.company_id, i.id, i.number, i.due_on, i.open_minor, i.currency,
         (select max(s) from unnest(coalesce(t.remind_at, cast(:steps as int[]))) as s
           where s <= cast(:today as date) - i.due_on) as step
    from invoice i
    join company c on c.id = i.company_id and c.disabled_at is null
    left join payment_terms t on t.company_id = i.company_id
   where i.open_minor > 0 and i.due_on <= :horizon and i.company_id > :after and coalesce(t.remind, true)
     and not exists (select from payment_promise p
                      where p.invoice_id = i.id and p.withdrawn_at is null and p.promised_on >= :today)
     and not exists (select from invoice_dispute d where d.invoice_id = i.id and d.closed_at is null)
     and i.open_minor > coalesce((
           select sum(l.amount_minor) from payment_allocation l
             join payment_attempt a on a.id = l.attempt_id
            where l.invoice_id = i.id and a.state = any(:paying)), 0)
     and not exists (
           select from autopay y
            where y.company_id = i.company_id and y.ended_at is null and y.suspended_at is null and i.due_on >= :autopay_since
              and (y.limit_minor is null or y.limit_minor >= i.open_minor)
              and not exists (select from payment_allocation l join payment_attempt a on a.id = l.attempt_id
                               where l.invoice_id = i.id and a.via = 'autopay'
                                 and a.state in {sql_list(WITHOUT_MONEY)}))
     and not exists (select from reminder r where r.company_id = i.company_id and r.sent_at >= :morning)
), open as (
  select due.*, row_number() over (partition by company_id order by due_on, id) as n,
         dense_rank() over (order by company_id) as company_n
    from due
   where step is not null and not exists (select from reminder r where r.invoice_id = due.id and r.step >= due.step)
)
select open.company_id, c.name, c.email, open.id, open.number, open.due_on, open.open_minor, open.currency, open.step
  from open join company c on c.id = open.company_id
 where company_n <= :companies and n <= :most
 order by open.company_id, open.due_on, open.id
""")
_CREDIT = text("""
select company_id, currency, sum(amount) from (
  select company_id, currency, -open_minor as amount from invoice
   where company_id = any(:companies) and open_minor <> 0 and open_minor < 0
  union all
  select company_id, currency, unapplied_minor from payment
   where company_id = any(:companies) and unapplied_minor > 0 and draft_id is null) found
 group by company_id, currency
""")


def due_steps(session: Session, *, today: date, morning: datetime, after: int = 0) -> list[DueStep]:
    """What is due for the next companies after one, a batch of them, by company and due day. One statement.

    :param today: the seller's calendar day; ``morning``: the moment it began.
    """
    asked = {
        "today": today,
        "morning": morning,
        "after": after,
        "steps": list(DEFAULT_STEPS),
        "horizon": today + timedelta(days=LONGEST_BEFORE),
        "paying": [*LIVE, "scheduled"],
        "autopay_since": today - timedelta(days=AUTOPAY_DAYS),
        "companies": COMPANIES,
        "most": MOST_OF_ONE,
    }
    return [DueStep(*row) for row in session.execute(_DUE, asked)]


def credit_of_companies(session: Session, company_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """Credit that companies can use, open credit memos and cash that is for no order, by company and currency. One
    statement."""
    rows = session.execute(_CREDIT, {"companies": sorted(set(company_ids))})
    return {(company_id, currency): int(amount) for company_id, currency, amount in rows}


def policy_of(session: Session, company_id: int) -> Policy:
    """When the company is reminded; the default where nothing else was agreed."""
    terms = session.get(PaymentTerms, company_id)
    if terms is None:
        return Policy()
    return Policy(terms.remind, tuple(sorted(terms.remind_at)), terms.mail_statements)
