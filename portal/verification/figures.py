"""The counts and sums that two systems are compared by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from portal.accounts.sign_in.passwords import HASHER
from portal.verification.letters import documents_lacking_letters

SHOWN_COMPANIES = 5

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
       (select count(*) from touchpoint) as touchpoints,
       (select count(*) from touchpoint where not valid and source = 'portal_client') as invalid_samples,
       (select count(*) from app_user where password_hash not like :today) as passwords_with_old_parameters,
       (select count(*) from outbound_mail where sent_at is null and failed_at is null) as mails_waiting,
       (select count(*) from outbound_mail where failed_at is not null) as mails_given_up
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
LARGEST = f"""
select c.code as company, o.currency, count(*) as orders, sum(o.total_minor) as orders_minor
  from sales_order o join company c on c.id = o.company_id where c.account_kind = 'trade'
 group by c.code, o.currency order by orders_minor desc, c.code limit {SHOWN_COMPANIES}
"""


@dataclass(frozen=True)
class LargeCompany:
    """A company and the worth of its orders in one currency."""

    company: str
    currency: str
    orders: int
    orders_minor: int


@dataclass(frozen=True)
class Figures:
    """What a database holds. Sums are whole minor units of their currency, by name."""

    counts: Mapping[str, int]
    sums: Mapping[str, Mapping[str, int | None]]
    largest: Sequence[LargeCompany]


def figures(connection: Connection) -> Figures:
    """Count and add up what is stored: five statements."""
    today = f"$argon2id$v=19$m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}$%"
    counts = dict(connection.execute(text(COUNTS), {"today": today}).mappings().one())
    counts["documents_lacking_letters"] = documents_lacking_letters(connection)
    sums = {}
    for row in connection.execute(text(SUMS)).mappings():
        sums[row["currency"]] = {name: _whole(value) for name, value in row.items() if name != "currency"}
    largest = [LargeCompany(*map(_whole, row)) for row in connection.execute(text(LARGEST))]
    return Figures(counts, sums, largest)


def _whole(value: Any) -> Any:
    """Sums arrive as decimals without decimals, because they may be larger than any integer column."""
    return int(value) if isinstance(value, Decimal) else value
