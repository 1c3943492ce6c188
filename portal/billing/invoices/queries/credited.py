"""What was charged on invoices, and what credit memos have corrected of them, by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from portal.billing.invoices.charged import Charged, ChargedLine
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.tax.worth import NOTHING, Worth

# A line that names no invoice corrects that of its memo.
_CREDITED = text("""
select coalesce(x.corrects_invoice_id, m.corrects_invoice_id) as invoice_id, coalesce(x.corrects_line_no, 0) as line_no,
       -sum(x.net_minor) as net, -sum(x.tax_minor) as tax
  from invoice m join invoice_line x on x.invoice_id = m.id
 where m.kind = 'credit_memo'
   and (m.id in (select invoice_id from invoice_line where corrects_invoice_id = any(:invoices))
        or m.corrects_invoice_id = any(:invoices))
 group by 1, 2
""")
_BY_AMOUNT = text("""
select i.number, m.number as memo_number, m.issued_on, -sum(x.net_minor + x.tax_minor) as amount
  from invoice m join invoice_line x on x.invoice_id = m.id
  join invoice i on i.id = coalesce(x.corrects_invoice_id, m.corrects_invoice_id)
 where i.order_id = :order and m.kind = 'credit_memo' and x.order_line_no is null
   and (m.id in (select c.invoice_id from invoice_line c join invoice o on o.id = c.corrects_invoice_id
                  where o.order_id = :order)
        or m.corrects_invoice_id in (select id from invoice where order_id = :order))
 group by i.id, m.id having sum(x.net_minor + x.tax_minor) < 0 order by m.id, i.id
""")


def charged(session: Session, invoice_ids: Collection[int]) -> dict[int, Charged]:
    """Invoices that the caller has locked, by id. Three statements for any number of them."""
    if not invoice_ids:
        return {}
    invoices = session.execute(
        select(Invoice.id, Invoice.number, Invoice.currency, Invoice.net_minor, Invoice.tax_minor)
        .where(Invoice.id.in_(invoice_ids))
        .order_by(Invoice.id)
    ).all()
    credited = {
        (row.invoice_id, row.line_no): Worth(int(row.net), int(row.tax))
        for row in session.execute(_CREDITED, {"invoices": list(invoice_ids)})
    }
    lines = _lines(session, invoice_ids, credited)
    return {
        row.id: Charged(
            row.id,
            row.number,
            row.currency,
            Worth(row.net_minor, row.tax_minor),
            tuple(lines.get(row.id, ())),
            credited.get((row.id, 0), NOTHING),
        )
        for row in invoices
    }


def charged_invoice(session: Session, company_id: int, number: str) -> Charged | None:
    """The company's invoice of that number, if there is one. Four statements."""
    mine = (Invoice.company_id == company_id, Invoice.number == number, Invoice.kind == "invoice")
    found = session.scalar(select(Invoice.id).where(*mine))
    return None if found is None else charged(session, [found])[found]


def _lines(
    session: Session, invoice_ids: Collection[int], credited: Mapping[tuple[int, int], Worth]
) -> dict[int, list[ChargedLine]]:
    found: dict[int, list[ChargedLine]] = {}
    rows = session.execute(
        select(
            InvoiceLine.invoice_id,
            InvoiceLine.line_no,
            InvoiceLine.order_line_no,
            InvoiceLine.sku,
            InvoiceLine.name,
            InvoiceLine.quantity,
            InvoiceLine.tax_share,
            InvoiceLine.net_minor,
            InvoiceLine.tax_minor,
        )
        .where(InvoiceLine.invoice_id.in_(invoice_ids))
        .order_by(InvoiceLine.invoice_id, InvoiceLine.line_no)
    )
    for id, line_no, order_line_no, sku, name, quantity, rate, net, tax in rows:
        what = (line_no, order_line_no, sku, name, quantity, rate)
        line = ChargedLine(*what, Worth(net, tax), credited.get((id, line_no), NOTHING))
        found.setdefault(id, []).append(line)
    return found


@dataclass(frozen=True, slots=True)
class CreditByAmount:
    """What a credit memo credited of an invoice by an amount, not by units that came back; minor units above zero."""

    invoice_number: str
    memo_number: str
    issued_on: date
    amount_minor: int


def credits_by_amount(session: Session, order_id: int) -> list[CreditByAmount]:
    """What was credited of an order's invoices by amounts, the oldest first. One statement."""
    return [_credit(row) for row in session.execute(_BY_AMOUNT, {"order": order_id})]


def _credit(row: Row[tuple[str, str, date, int]]) -> CreditByAmount:
    return CreditByAmount(row.number, row.memo_number, row.issued_on, int(row.amount))
