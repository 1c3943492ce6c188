"""The rows that a document of an imported order becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from portal.billing.chart_of_accounts import OPENING, RECEIVABLE, SALES, TAX
from portal.billing.terms.due import Terms, discount, due_on
from portal.exchange.ledger import Posting, Side
from portal.exchange.orders.document import Document, Party
from portal.foundation.sql import sql_list
from portal.orders.status import COMPLETE_STATES

INVOICE_COLUMNS = (
    "id",
    "number",
    "kind",
    "source",
    "company_id",
    "order_id",
    "order_number",
    "issue_key",
    "reason",
    "store_id",
    "issued_at",
    "issued_on",
    "due_on",
    "terms_words",
    "discount_until",
    "discount_minor",
    "currency",
    "net_minor",
    "tax_minor",
    "total_minor",
    "open_minor",
    "settled_at",
    "po_number",
    "job_id",
    "job_name",
    "ordered_by",
    "placed_by_rep",
    "bill_to",
    "ship_to",
    "exemption",
)
REASONS = {"credit": "Imported credit", "adjustment": "Imported adjustment"}
# The amounts of what was picked short are recomputed, as on the document.
_LINES = f"""
insert into invoice_line (invoice_id, line_no, company_id, order_line_no, sku, name, colour, unit, quantity, unit_price,
                          net_minor, tax_share, tax_minor)
select i.id, l.line_no, l.company_id, l.line_no, l.sku, l.name,
       concat_ws(' ', l.colour_number, l.colour_name), l.unit, l.quantity_invoiced, l.unit_price,
       coalesce(s.net, l.total_minor), l.tax_share, coalesce(s.tax, l.tax_minor)
  from unnest(%s::bigint[], %s::bigint[]) as i(id, order_id)
  join order_line l on l.order_id = i.order_id and l.state in {sql_list(COMPLETE_STATES)}
  left join unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[]) as s(order_id, line_no, net, tax)
         on s.order_id = l.order_id and s.line_no = l.line_no
 order by i.id, l.line_no
"""


def invoice_row(d: Document, party: Party) -> tuple[Any, ...]:
    """The row of ``invoice``. What is open of it comes with its postings."""
    order = d.order
    return (
        d.id,
        d.number,
        d.kind,
        "import",
        order.company_id,
        d.order_id,
        order.number,
        f"order:{d.order_id}",
        "" if d.is_invoice else REASONS.get(order.kind, ""),
        order.store_id,
        d.at,
        d.on,
        *_due(d, party.terms),
        order.currency,
        d.net,
        d.tax,
        d.total,
        0,
        d.at if d.settled or not d.total else None,
        order.po_number,
        order.job_id,
        order.job_name,
        order.subject_name or order.placed_by_name,
        order.placed_by_name if order.reason and order.subject_name else "",
        Jsonb({"name": party.name, "code": party.code}),
        Jsonb(d.ship_to) if d.ship_to else None,
        Jsonb(order.exemption) if order.exemption else None,
    )


def _due(d: Document, terms: Terms) -> tuple[date, str, date | None, int]:
    """Day, words, and until when how much is saved; a credit memo is not due."""
    if not d.is_invoice:
        return d.on, "", None, 0
    until, saved = (None, 0) if d.settled else discount(terms, d.on, d.total)
    return due_on(terms, d.on), terms.words, until, saved


def write_lines(raw: Connection[Any], documents: Sequence[Document]) -> None:
    """Copy the lines that were handed over from their orders."""
    short = [
        (document.order_id, line.line_no, *document.order.charged(line))
        for document in documents
        for line in document.order.lines
        if line.is_gone and line.fulfilled != line.quantity
    ]
    columns = [list(column) for column in zip(*short, strict=True)] or [[], [], [], []]
    raw.execute(_LINES, [[d.id for d in documents], [d.order_id for d in documents], *columns])


def postings(documents: Iterable[Document]) -> Iterator[Posting]:
    """Each document's posting, and the opening one of those that were settled before."""
    for d in documents:
        sides = [(RECEIVABLE, d.total, d.id), (SALES, -d.net, d.id), (TAX, -d.tax, d.id)]
        yield _posting(d, d.kind, f"{d.number} for order {d.order.number}", sides)
        if d.settled and d.total:
            settling = [(OPENING, d.total, d.id), (RECEIVABLE, -d.total, d.id)]
            yield _posting(d, "opening", f"{d.number} settled before the books began", settling)


def _posting(d: Document, kind: str, words: str, sides: Sequence[Side]) -> Posting:
    return Posting(f"{kind}:{d.number}", kind, words, d.order.company_id, d.order.currency, d.at, sides)
