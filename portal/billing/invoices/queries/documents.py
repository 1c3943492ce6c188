"""One invoice or credit memo with all that its page shows, in three statements however many lines it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import DOCUMENTS
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.payment_states import LIVE
from portal.foundation.sql import sql_list

_COLUMNS = (
    InvoiceLine.sku,
    InvoiceLine.name,
    InvoiceLine.colour,
    InvoiceLine.unit,
    InvoiceLine.quantity,
    InvoiceLine.unit_price,
    InvoiceLine.net_minor,
    InvoiceLine.tax_share,
    InvoiceLine.tax_minor,
)
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
_AROUND = text("""
select s.name as store_name, o.number as corrects,
       (select coalesce(jsonb_agg(row_to_json(w)), '[]') from (
          select a.token, a.state, a.run_on, a.actor_name, a.created_at, l.amount_minor
            from payment_allocation l join payment_attempt a on a.id = l.attempt_id
           where l.invoice_id = :invoice and a.state = any(:states) order by a.created_at limit 10) w) as attempts,
       (select coalesce(array_agg(m.number order by m.number), '{}') from invoice m
         where m.corrects_invoice_id = :invoice) as memos
  from invoice i left join store s on s.id = i.store_id left join invoice o on o.id = i.corrects_invoice_id
 where i.id = :invoice
""")


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line as charged; amounts in minor units, below zero on a credit memo."""

    sku: str
    name: str
    colour: str  # number and name, in words
    unit: str
    quantity: int
    unit_price: Decimal
    net_minor: int
    tax_share: Decimal
    tax_minor: int


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


@dataclass(frozen=True, slots=True)
class PaymentUnderWay:
    """A payment that has been started or is scheduled, and how much of this document it covers."""

    token: str
    state: str
    run_on: date | None
    by: str
    amount_minor: int


class _Attempt(TypedDict):
    """A payment that was started, as the statement's JSON has it."""

    token: str
    state: str
    run_on: str | None
    actor_name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document, its lines, what was applied to it, and the payments under way for it."""

    invoice: Invoice
    lines: tuple[DocumentLine, ...]
    applied: tuple[Applied, ...]
    store_name: str | None
    corrects: str | None
    memos: tuple[str, ...]
    under_way: tuple[PaymentUnderWay, ...]

    @property
    def payable_minor(self) -> int:
        """Open, and not covered by a payment that was started."""
        live = sum(each.amount_minor for each in self.under_way if each.state in LIVE)
        return self.invoice.open_minor - live


def document(session: Session, invoice: Invoice) -> Document:
    """Everything about a document that the asker was allowed to load. Three statements."""
    lines = session.execute(
        select(*_COLUMNS).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.line_no)
    )
    applied = session.execute(_APPLIED, {"invoice": invoice.id}).all()
    around = session.execute(_AROUND, {"invoice": invoice.id, "states": [*LIVE, "scheduled"]}).one()
    return Document(
        invoice,
        tuple(DocumentLine(*row) for row in lines),
        tuple(_applied(row) for row in applied),
        around.store_name,
        around.corrects,
        tuple(around.memos),
        tuple(_under_way(each) for each in around.attempts),
    )


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


def _under_way(found: _Attempt) -> PaymentUnderWay:
    run_on = found["run_on"]
    day = date.fromisoformat(run_on) if run_on else None
    return PaymentUnderWay(found["token"], found["state"], day, found["actor_name"], found["amount_minor"])
