"""What a company owes, by how long it has been due. The cost grows with open documents only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

BUCKETS = 5
_OWED = text("""
with by_day as (
  select currency, due_on, coalesce(sum(open_minor) filter (where open_minor > 0), 0) as owed,
         count(*) filter (where open_minor > 0) as many, coalesce(sum(open_minor) filter (where open_minor < 0), 0) as credit,
         count(*) filter (where open_minor < 0) as memos
    from invoice where company_id = :company and open_minor <> 0 group by currency, due_on),
owed as (
  select currency,
         array[coalesce(sum(owed) filter (where due_on >= :today), 0),
               coalesce(sum(owed) filter (where due_on < :today and due_on >= :day_30), 0),
               coalesce(sum(owed) filter (where due_on < :day_30 and due_on >= :day_60), 0),
               coalesce(sum(owed) filter (where due_on < :day_60 and due_on >= :day_90), 0),
               coalesce(sum(owed) filter (where due_on < :day_90), 0)] as amounts,
         array[coalesce(sum(many) filter (where due_on >= :today), 0),
               coalesce(sum(many) filter (where due_on < :today and due_on >= :day_30), 0),
               coalesce(sum(many) filter (where due_on < :day_30 and due_on >= :day_60), 0),
               coalesce(sum(many) filter (where due_on < :day_60 and due_on >= :day_90), 0),
               coalesce(sum(many) filter (where due_on < :day_90), 0)] as counts,
         min(due_on) filter (where many > 0) as oldest, -sum(credit) as credit, sum(memos) as many
    from by_day group by currency),
cash as (
  select currency, sum(unapplied_minor) as unapplied
    from payment where company_id = :company and unapplied_minor > 0 group by currency),
found as (
  select currency, amounts, counts, oldest, credit, many, unapplied
    from owed full join cash using (currency))
select c.currency, f.currency, f.amounts, f.counts, f.oldest, coalesce(f.credit, 0), coalesce(f.many, 0),
       coalesce(f.unapplied, 0)
  from company c left join found f on true
 where c.id = :company
 order by f.currency <> c.currency, f.currency
""")
# Until the end of the transaction: when one company owns most of the documents, or before the first vacuum, the planner
# prefers to read the whole table; the company's own indexes serve all companies alike.
_BY_INDEX = text("select set_config('enable_seqscan', 'off', true)")


@dataclass(frozen=True, slots=True)
class Owed:
    """Open amounts of one currency in minor units: by age (``words.BUCKETS``), and what can be applied to them."""

    currency: str
    amounts: tuple[int, ...] = (0, 0, 0, 0, 0)
    counts: tuple[int, ...] = (0, 0, 0, 0, 0)
    oldest: date | None = None  # the earliest due day of what is open
    credit_minor: int = 0  # open credit memos, above zero
    credit_count: int = 0
    unapplied_minor: int = 0  # not applied to an invoice yet

    @property
    def open_minor(self) -> int:
        return sum(self.amounts)

    @property
    def open_count(self) -> int:
        return sum(self.counts)

    @property
    def overdue_minor(self) -> int:
        return sum(self.amounts[1:])

    @property
    def overdue_count(self) -> int:
        return sum(self.counts[1:])

    @property
    def by_status(self) -> dict[str, int]:
        """How many invoices a list by status has."""
        return {"open": self.open_count, "overdue": self.overdue_count}

    @property
    def balance_minor(self) -> int:
        """What is left to pay when all credit is used; below zero for a company that has prepaid."""
        return self.open_minor - self.credit_minor - self.unapplied_minor


@dataclass(frozen=True, slots=True)
class Overview:
    """``main`` is in the company's own currency, ``others`` in those of documents that differ (hardly ever)."""

    main: Owed
    others: tuple[Owed, ...] = ()

    @property
    def each(self) -> tuple[Owed, ...]:
        return (self.main, *self.others)


def keep_to_indexes(session: Session) -> None:
    """Make this transaction read a company's documents by their indexes, whatever the planner prefers."""
    session.execute(_BY_INDEX)


def overview(session: Session, company_id: int, today: date) -> Overview:
    """What the company owes on ``today``, by age. One statement; an invoice is overdue from the day after its
    due day."""
    asked = {
        "company": company_id,
        "today": today,
        **{f"day_{n}": today - timedelta(days=n) for n in (30, 60, 90)},
    }
    main, found = "USD", []
    for own, currency, amounts, counts, oldest, credit, many, unapplied in session.execute(_OWED, asked):
        main = own
        if currency is not None:
            by_age = tuple(int(each) for each in amounts or (0,) * BUCKETS)
            numbers = tuple(int(each) for each in counts or (0,) * BUCKETS)
            found.append(Owed(currency, by_age, numbers, oldest, int(credit), int(many), int(unapplied)))
    own_one = next((each for each in found if each.currency == main), Owed(main))
    return Overview(own_one, tuple(each for each in found if each is not own_one))
