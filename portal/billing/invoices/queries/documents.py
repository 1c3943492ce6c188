"""One invoice or credit memo with all that its page shows, in three statements however many lines it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypedDict

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.billing.documents.buyer import billed_to
from portal.billing.invoices.queries.applied import Applied, applied_to
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.payment_states import LIVE, REFUND_ASKED

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
_AROUND = text("""
select s.name as store_name, c.bill_as,
       (select coalesce(array_agg(o.number order by o.id), '{}') from invoice o
         where o.id = i.corrects_invoice_id
            or o.id in (select x.corrects_invoice_id from invoice_line x where x.invoice_id = i.id)) as corrects,
       (select coalesce(jsonb_agg(row_to_json(w)), '[]') from (
          select a.token, a.state, a.run_on, a.actor_name, a.created_at, l.amount_minor
            from payment_allocation l join payment_attempt a on a.id = l.attempt_id
           where l.invoice_id = :invoice and a.state = any(:states) order by a.created_at limit 10) w) as attempts,
       (select coalesce(array_agg(m.number order by m.number), '{}') from invoice m
         where m.id in (select c.id from invoice c where c.corrects_invoice_id = :invoice union all
                        select x.invoice_id from invoice_line x where x.corrects_invoice_id = :invoice)) as memos,
       (select coalesce(sum(r.amount_minor), 0) from refund r
         where r.credit_memo_id = :invoice and r.state = :asked) as refunding
  from invoice i join company c on c.id = i.company_id left join store s on s.id = i.store_id
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
    corrects: tuple[str, ...]  # of a credit memo: the invoices
    memos: tuple[str, ...]  # of an invoice
    under_way: tuple[PaymentUnderWay, ...]
    refunding_minor: int  # of a credit memo: what is being paid back
    buyer: dict[str, str]  # name, code and billing details, as when it was issued

    @property
    def payable_minor(self) -> int:
        """Open, and not covered by a payment that was started."""
        live = sum(each.amount_minor for each in self.under_way if each.state in LIVE)
        return self.invoice.open_minor - live + self.refunding_minor


def document(session: Session, invoice: Invoice) -> Document:
    """Everything about a document that the asker was allowed to load. Three statements."""
    lines = session.execute(
        select(*_COLUMNS).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.line_no)
    )
    applied = applied_to(session, invoice)
    around = session.execute(
        _AROUND, {"invoice": invoice.id, "states": [*LIVE, "scheduled"], "asked": REFUND_ASKED}
    ).one()
    return Document(
        invoice,
        tuple(DocumentLine(*row) for row in lines),
        applied,
        around.store_name,
        tuple(around.corrects),
        tuple(around.memos),
        tuple(_under_way(each) for each in around.attempts),
        int(around.refunding),
        billed_to(invoice.bill_to, around.bill_as),
    )


def _under_way(found: _Attempt) -> PaymentUnderWay:
    run_on = found["run_on"]
    day = date.fromisoformat(run_on) if run_on else None
    return PaymentUnderWay(found["token"], found["state"], day, found["actor_name"], found["amount_minor"])
