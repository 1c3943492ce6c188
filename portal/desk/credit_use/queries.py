"""What is used of a company's credit limit, as the sum of what it consists of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.credit.queries.credit import credit_of

SHOWN = 20
# The parts of what is used, in minor units of the credit's currency; the check of `portal verify` adds up the same.
PARTS = """
select p.company_id, p.part, count(*) as many, cast(sum(p.minor) as bigint) as minor from (
  select i.company_id, i.kind as part, i.open_minor as minor from invoice i
    join credit_account k on k.company_id = i.company_id and k.currency = i.currency
   where i.open_minor <> 0 {of_invoice}
  union all
  select m.company_id, case when m.draft_id is null then 'cash' else 'ahead' end, -m.unapplied_minor from payment m
    join credit_account k on k.company_id = m.company_id and k.currency = m.currency
   where m.unapplied_minor > 0 {of_payment}
  union all
  select o.company_id, 'orders', o.total_minor - o.credit_released_minor from sales_order o
   where o.on_account and o.total_minor <> o.credit_released_minor {of_order}) p
 group by p.company_id, p.part
"""
_OF_COMPANY = text(
    PARTS.format(
        of_invoice="and i.company_id = :company",
        of_payment="and m.company_id = :company",
        of_order="and o.company_id = :company",
    )
)
_ORDERS = text("""
select number, placed_at, total_minor - credit_released_minor as minor from sales_order
 where company_id = :company and on_account and total_minor <> credit_released_minor
 order by placed_at desc, id desc limit :many
""")
WORDS = {
    "invoice": "Open invoices",
    "orders": "Orders placed and not invoiced yet",
    "credit_memo": "Credit memos not used yet",
    "cash": "Money on account",
    "ahead": "Paid ahead for orders and drafts",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One line of what is used; ``minor`` below zero for what lowers it."""

    name: str
    many: int
    minor: int

    @property
    def words(self) -> str:
        return WORDS[self.name]


@dataclass(frozen=True, slots=True)
class CreditUse:
    """What is used of the limit, its parts, and the newest orders among them. Amounts in minor units of ``currency``."""

    limit_minor: int
    used_minor: int
    currency: str
    parts: list[Part]
    orders: list[tuple[str, int]]

    @property
    def left_minor(self) -> int:
        """What can be ordered on account now; below zero where the limit is passed."""
        return self.limit_minor - self.used_minor

    @property
    def sum_minor(self) -> int:
        """The parts added up."""
        return sum(part.minor for part in self.parts)


def credit_use(session: Session, company_id: int) -> CreditUse | None:
    """What is used of a company's credit; None for one without an account. Three statements."""
    account = credit_of(session, company_id)
    if account is None:
        return None
    found = {row.part: row for row in session.execute(_OF_COMPANY, {"company": company_id})}
    parts = [Part(name, found[name].many, int(found[name].minor)) for name in WORDS if name in found]
    orders = session.execute(_ORDERS, {"company": company_id, "many": SHOWN})
    newest = [(row.number, int(row.minor)) for row in orders]
    return CreditUse(account.limit_minor, account.used_minor, account.currency, parts, newest)
