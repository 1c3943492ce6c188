"""Which companies get a month's statement by mail, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import NOT_OF_CUSTOMER, OF_CUSTOMER
from portal.billing.models.reminders import StatementRun
from portal.billing.periods import Month
from portal.billing.statements.queries.days import DAY, DOCUMENT
from portal.billing.statements.queries.statement import AROUND
from portal.foundation.sql import sql_list

COMPANIES = 100  # in one transaction
_COMPANIES = text("""
select c.id from company c left join payment_terms t on t.company_id = c.id
 where c.id > :after and c.disabled_at is null and coalesce(t.remind and t.mail_statements, true)
   and c.created_at < :ends
 order by c.id limit :most
""")
# A balance, or anything booked in the month. Documents by how long they were due at its end.
_FIGURES = text(f"""
with moved as (
  select e.company_id, e.currency, t.id, t.kind, e.account, e.invoice_id, e.amount_minor, {DAY} as on_day
    from ledger_entry e join ledger_transaction t on t.id = e.transaction_id {DOCUMENT}
    left join payment p on p.id = e.payment_id
   where e.company_id = any(:companies) and e.account in {sql_list(OF_CUSTOMER)} and t.occurred_at < :around
     and {DAY} < :next),
documents as (
  select m.company_id, m.currency, i.due_on, sum(m.amount_minor) as amount
    from moved m join invoice i on i.id = m.invoice_id where m.account = 'receivable'
   group by m.company_id, m.currency, i.id having sum(m.amount_minor) > 0),
aged as (
  select company_id, currency,
         array[coalesce(sum(amount) filter (where due_on >= :last), 0),
               coalesce(sum(amount) filter (where due_on < :last and due_on >= :day_30), 0),
               coalesce(sum(amount) filter (where due_on < :day_30 and due_on >= :day_60), 0),
               coalesce(sum(amount) filter (where due_on < :day_60 and due_on >= :day_90), 0),
               coalesce(sum(amount) filter (where due_on < :day_90), 0)]::bigint[] as ages
    from documents group by 1, 2)
select m.company_id, c.name, c.code, c.email, m.currency,
       coalesce(sum(amount_minor) filter (where on_day < :first), 0)::bigint as opening,
       coalesce(sum(amount_minor) filter (where on_day >= :first and kind = 'invoice'), 0)::bigint as invoiced,
       coalesce(sum(amount_minor) filter (where on_day >= :first and kind = 'payment'), 0)::bigint as paid,
       coalesce(sum(amount_minor) filter (where on_day >= :first and kind = 'credit_memo'), 0)::bigint as credited,
       sum(amount_minor)::bigint as closing, coalesce(a.ages, '{{0,0,0,0,0}}') as ages
  from moved m join company c on c.id = m.company_id
  left join aged a on a.company_id = m.company_id and a.currency = m.currency
 group by m.company_id, c.id, m.currency, a.ages
having sum(amount_minor) <> 0
    or count(*) filter (where on_day >= :first and kind not in {sql_list(NOT_OF_CUSTOMER)}) > 0
 order by m.company_id, m.currency
""")


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month of a company in one currency; amounts in minor units, what it paid or was credited below zero."""

    company_id: int
    company: str
    code: str
    email: str | None
    currency: str
    opening_minor: int
    invoiced_minor: int
    paid_minor: int
    credited_minor: int
    closing_minor: int
    ages: list[int]  # open invoices at its end, by age (portal/billing/account/words.py)

    @property
    def other_minor(self) -> int:
        """Refunds, write-offs, what was taken back."""
        known = self.opening_minor + self.invoiced_minor + self.paid_minor + self.credited_minor
        return self.closing_minor - known


def is_finished(session: Session, month: Month) -> bool:
    """Whether all statements of the month were mailed."""
    return session.get(StatementRun, month.first) is not None


def companies_after(session: Session, after: int, month: Month, zone: str) -> Sequence[int]:
    """The next companies that wish statements and were here in the month. One statement."""
    asked = {"after": after, "ends": month.next.begins(zone), "most": COMPANIES}
    return session.scalars(_COMPANIES, asked).all()


def month_figures(session: Session, companies: Sequence[int], month: Month, zone: str) -> list[MonthFigures]:
    """What is to be mailed to these companies. One statement for any number of them."""
    asked = {
        "companies": list(companies),
        "zone": zone,
        "first": month.first,
        "last": month.last,
        "next": month.next.first,
        "around": month.next.begins(zone) + AROUND,
        **{f"day_{n}": month.last - timedelta(days=n) for n in (30, 60, 90)},
    }
    return [MonthFigures(*row) for row in session.execute(_FIGURES, asked)]
