"""Companies whose overdue invoices trigger their hold rule, and held ones that no longer trigger it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.payment_states import LIVE

# Exempt, as from reminders: invoices with an open promise to pay, an open dispute, or covered by a payment under way.
_TOO_LATE = """
select i.company_id, i.id, i.number, i.due_on, t.hold_after_days as days
  from payment_terms t
  join company c on c.id = t.company_id and c.disabled_at is null
  join invoice i on i.company_id = t.company_id and i.open_minor > 0 and i.due_on <= cast(:today as date) - t.hold_after_days
 where not exists (select from payment_promise p
                    where p.invoice_id = i.id and p.withdrawn_at is null and p.promised_on >= :today)
   and not exists (select from invoice_dispute d where d.invoice_id = i.id and d.closed_at is null)
   and i.open_minor > coalesce((
         select sum(l.amount_minor + l.discount_minor) from payment_allocation l
           join payment_attempt a on a.id = l.attempt_id
          where l.invoice_id = i.id and a.state = any(:paying)), 0)
"""
_TO_HOLD = text(f"""
select late.company_id, c.name, late.days, count(*) as many,
       (array_agg(late.number order by late.due_on, late.id))[1:3] as numbers
  from ({_TOO_LATE}) late join company c on c.id = late.company_id
  join credit_account k on k.company_id = late.company_id and not k.on_hold
 group by late.company_id, c.name, late.days order by late.company_id
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

    @property
    def reason(self) -> str:
        """As the customer reads it."""
        more = self.many - len(self.numbers)
        *most, last = [*self.numbers, f"{more} more"] if more else self.numbers
        listed = f"{', '.join(most)} and {last}" if most else last
        days = "1 day" if self.days == 1 else f"{self.days} days"
        verb = "is" if self.many == 1 else "are"
        return (
            f"{listed} {verb} {days} overdue or more. The hold ends by itself, within an hour, once each is paid, is "
            "promised for a day to come, or is contested."
        )


def hold_candidates(session: Session, today: date) -> list[HoldCandidate]:
    """Companies to be held by their rule. One statement for any number of companies and invoices."""
    return [HoldCandidate(*row) for row in session.execute(_TO_HOLD, {"today": today, "paying": list(LIVE)})]


def release_candidates(session: Session, today: date) -> Sequence[tuple[int, str]]:
    """Companies that their rule put on hold and would not hold today: id and name. One statement."""
    found = session.execute(_TO_LIFT, {"today": today, "paying": list(LIVE)})
    return [(row.company_id, row.name) for row in found]
