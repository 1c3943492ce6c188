"""What a company could pay now so that its credit covers an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.payment_states import LIVE

MOST = 100  # the oldest; as many as one payment takes

_PAYABLE = text("""
select i.id, i.number, i.due_on, i.currency, i.open_minor,
       coalesce((select sum(l.amount_minor) from payment_allocation l
                   join payment_attempt a on a.id = l.attempt_id
                  where l.invoice_id = i.id and a.state = any(:live)), 0) as spoken,
       exists (select from invoice_dispute d where d.invoice_id = i.id and d.closed_at is null) as disputed
  from invoice i
 where i.company_id = :company and i.open_minor <> 0 and i.open_minor > 0
 order by i.due_on, i.id limit :most
""")


@dataclass(frozen=True, slots=True)
class Payable:
    """An open invoice, with what can still be paid of it; amounts in minor units."""

    id: int
    number: str
    due_on: date
    currency: str
    payable_minor: int
    under_way_minor: int
    disputed: bool


def payable_invoices(session: Session, company_id: int) -> list[Payable]:
    """The company's oldest open invoices. One statement."""
    asked = {"company": company_id, "live": list(LIVE), "most": MOST}
    return [
        Payable(id, number, due_on, currency, open_minor - int(spoken), int(spoken), disputed)
        for id, number, due_on, currency, open_minor, spoken, disputed in session.execute(_PAYABLE, asked)
    ]
