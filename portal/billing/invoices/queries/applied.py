"""What changed the open amount of an invoice or a credit memo after it was issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import DOCUMENTS
from portal.billing.models.invoices import Invoice
from portal.foundation.sql import sql_list

# A payment's postings, apart from the early-payment discount that it earned.
_APPLIED = text(f"""
select t.id, t.kind, t.occurred_at, t.actor_name, t.words, e.amount, e.discount, p.number as payment_number,
       p.kind as payment_kind, p.method_words, p.reference, a.token,
       (select array_agg(distinct i.number) from ledger_entry o join invoice i on i.id = o.invoice_id
         where t.kind = 'application' and o.transaction_id = t.id and o.account = 'receivable'
           and o.invoice_id <> :invoice) as others
  from (select transaction_id, max(payment_id) as payment_id,
               coalesce(sum(amount_minor) filter (where account = 'receivable'), 0) as amount,
               coalesce(sum(amount_minor) filter (where account = 'discounts'), 0) as discount
          from ledger_entry where invoice_id = :invoice group by transaction_id) e
  join ledger_transaction t on t.id = e.transaction_id
  left join payment p on p.id = e.payment_id
  left join payment_attempt a on a.id = p.attempt_id
 where t.kind not in {sql_list(DOCUMENTS)} and e.amount <> 0
 order by t.occurred_at, t.id
""")


@dataclass(frozen=True, slots=True)
class Applied:
    """What changed a document's open amount after it was issued. ``amount_minor`` is below zero for what paid
    an invoice; ``discount_minor``, above zero, is the part of it that was not money but an early-payment discount."""

    kind: str  # see portal/billing/chart_of_accounts.py
    at: datetime
    by: str
    words: str
    amount_minor: int
    discount_minor: int
    payment_number: str | None
    payment_kind: str | None
    method_words: str | None
    reference: str | None
    token: str | None
    others: tuple[str, ...]  # the documents on the other side of an application


def applied_to(session: Session, invoice: Invoice) -> tuple[Applied, ...]:
    """What was applied to a document, the oldest first. One statement."""
    return tuple(_applied(row) for row in session.execute(_APPLIED, {"invoice": invoice.id}))


def _applied(row: Row[Any]) -> Applied:
    return Applied(
        row.kind,
        row.occurred_at,
        row.actor_name,
        row.words,
        int(row.amount),
        int(row.discount),
        row.payment_number,
        row.payment_kind,
        row.method_words,
        row.reference,
        row.token,
        tuple(sorted(row.others or ())),
    )
