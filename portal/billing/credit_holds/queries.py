"""Companies whose overdue invoices trigger their hold rule, and held ones that no longer trigger it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

# What nobody pays is not a payment: a page at Stripe that is open says nothing, a debit that the bank has does.
PAYING = ("processing",)
BROKEN_FOR_DAYS = 180  # how long a promise that was not kept counts
# Promises that were not kept: not paid by the day (a day's grace for the zones), nor replaced before it.
_BROKEN = """
select from payment_promise b join invoice bi on bi.id = b.invoice_id
 where b.company_id = {company} and b.promised_on < cast(:today as date)
   and b.promised_on > cast(:today as date) - {days}
   and (b.withdrawn_at is null or cast(b.withdrawn_at as date) > b.promised_on)
   and (bi.settled_at is null or cast(bi.settled_at as date) > b.promised_on + 1)
"""
# A customer's own click does not end a hold again and again. A promise to pay suspends it if the company's rule says so, until
# the first day that was ever promised for the invoice, and not in a company that broke a promise lately. What is contested does
# not count, unless we have answered a dispute of the invoice before. Of a payment under way counts what the bank has.
_TOO_LATE = """
select i.company_id, i.id, i.number, i.due_on, t.hold_after_days as days, t.promises_suspend_hold as promises
  from payment_terms t
  join company c on c.id = t.company_id and c.disabled_at is null
  join invoice i on i.company_id = t.company_id and i.open_minor > 0 and i.due_on <= cast(:today as date) - t.hold_after_days
 where not (t.promises_suspend_hold
            and exists (select from payment_promise p
                         where p.invoice_id = i.id and p.withdrawn_at is null and p.promised_on >= :today)
            and (select f.promised_on from payment_promise f where f.invoice_id = i.id order by f.id limit 1) >= :today
            and not exists ({broken}))
   and i.open_minor > coalesce((
         select sum(d.amount_minor) from invoice_dispute d
          where d.invoice_id = i.id and d.closed_at is null
            and not exists (select from invoice_dispute x where x.invoice_id = i.id and x.outcome in ('upheld', 'withdrawn'))), 0)
     + coalesce((
         select sum(l.amount_minor + l.discount_minor) from payment_allocation l
           join payment_attempt a on a.id = l.attempt_id
          where l.invoice_id = i.id and a.state = any(:paying)), 0)
""".format(broken=_BROKEN.format(company="i.company_id", days=BROKEN_FOR_DAYS))
_TO_HOLD = text(f"""
select late.company_id, c.name, late.days, count(*) as many,
       (array_agg(late.number order by late.due_on, late.id))[1:3] as numbers, late.promises
  from ({_TOO_LATE}) late join company c on c.id = late.company_id
  join credit_account k on k.company_id = late.company_id and not k.on_hold
 group by late.company_id, c.name, late.days, late.promises order by late.company_id
""")
_TO_LIFT = text(f"""
select k.company_id, c.name from credit_account k join company c on c.id = k.company_id
 where k.on_hold and k.held_by_rule and not exists (select from ({_TOO_LATE}) late where late.company_id = k.company_id)
 order by k.company_id
""")


@dataclass(frozen=True, slots=True)
class HoldCandidate:
    """A company to be held by its rule: ``many`` invoices are too late, the first of which are named."""

    company_id: int
    company_name: str
    days: int
    many: int
    numbers: list[str]
    promises: bool = True  # a promise to pay suspends the hold

    @property
    def reason(self) -> str:
        """As the customer reads it."""
        more = self.many - len(self.numbers)
        *most, last = [*self.numbers, f"{more} more"] if more else self.numbers
        listed = f"{', '.join(most)} and {last}" if most else last
        days = "1 day" if self.days == 1 else f"{self.days} days"
        verb = "is" if self.many == 1 else "are"
        promise = (
            " A promise to pay suspends it once for each invoice, until the promised day, unless an earlier promise was "
            "not kept."
            if self.promises
            else ""
        )
        return (
            f"{listed} {verb} {days} overdue or more. The hold ends automatically, within an hour, once each is paid."
            f"{promise}"
        )


def hold_candidates(session: Session, today: date) -> list[HoldCandidate]:
    """Companies to be held by their rule. One statement for any number of companies and invoices."""
    return [
        HoldCandidate(*row) for row in session.execute(_TO_HOLD, {"today": today, "paying": list(PAYING)})
    ]


def release_candidates(session: Session, today: date) -> Sequence[tuple[int, str]]:
    """Companies that their rule put on hold and would not hold today: id and name. One statement."""
    found = session.execute(_TO_LIFT, {"today": today, "paying": list(PAYING)})
    return [(row.company_id, row.name) for row in found]


def broken_promises(session: Session, company_id: int, today: date) -> int:
    """How many promises to pay the company did not keep lately. One statement."""
    broken = _BROKEN.format(company=":company", days=BROKEN_FOR_DAYS)
    counted = broken.replace("select from", "select count(*) from", 1)
    return int(session.scalar(text(counted), {"company": company_id, "today": today}) or 0)
