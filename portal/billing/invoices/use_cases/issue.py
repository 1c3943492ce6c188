"""Issuing invoices and credit memos: the document, its lines and its posting are one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Sequence as DatabaseSequence
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import RECEIVABLE, SALES, TAX
from portal.billing.invoices.facts import record_invoice_issued
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice, InvoiceLine, credit_memo_number, invoice_number
from portal.billing.terms.due import Terms, discount, due_on
from portal.billing.terms.queries import terms_of
from portal.foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be charged; quantities and amounts (minor units) below zero on a credit memo."""

    name: str
    quantity: int
    unit_price: Decimal
    net_minor: int
    sku: str = ""
    colour: str = ""
    unit: str = "each"
    order_line_no: int | None = None
    tax_share: Decimal = Decimal(0)
    tax_minor: int = 0
    corrects_invoice_id: int | None = None  # on a credit memo; without a line: the invoice in proportion
    corrects_line_no: int | None = None


@dataclass(frozen=True, slots=True)
class NewDocument:
    """An invoice (lines sum up to ≥ 0) or a credit memo (≤ 0).

    ``issue_key`` names what it is for, so that it is issued once.
    """

    kind: str  # invoice, credit_memo
    company_id: int
    currency: str
    issue_key: str
    issued_on: date
    lines: Sequence[Line]
    order_id: int | None = None
    order_number: str = ""
    corrects_invoice_id: int | None = None
    reason: str = ""
    store_id: int | None = None
    po_number: str = ""
    job_id: int | None = None
    job_name: str = ""
    ordered_by: str = ""
    placed_by_rep: str = ""
    ship_to: dict[str, Any] | None = None  # a copy of an address or a store, as JSON
    exemption: dict[str, str] | None = None

    @property
    def is_invoice(self) -> bool:
        return self.kind == "invoice"

    @property
    def net_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines)


# What a document has from its request as it is.
COPIED = tuple(field.name for field in fields(NewDocument) if field.name != "lines")


def issue(session: Session, new: NewDocument, *, actor: Actor, now: datetime) -> Invoice | None:
    """Issue a document and post it: receivable against sales and tax. The same number of statements for any
    number of lines.

    :returns: the document, or None when one was issued under this key before.
    """
    if session.scalar(select(Invoice.id).where(Invoice.issue_key == new.issue_key)) is not None:
        return None
    company, terms = terms_of(session, new.company_id)
    document = _document(new, company, terms, _number(session, new.is_invoice), now)
    session.add(document)
    session.flush()
    rows = [_row(document, n, line) for n, line in enumerate(new.lines, start=1)]
    if rows:
        session.execute(insert(InvoiceLine), rows)
    _post(session, document, actor, now)
    session.refresh(document, ["open_minor", "settled_at"])
    record_invoice_issued(session, document, len(new.lines), actor=actor, now=now)
    return document


def _document(new: NewDocument, company: Company, terms: Terms, number: str, now: datetime) -> Invoice:
    net, tax = new.net_minor, new.tax_minor
    until, saved = discount(terms, new.issued_on, net + tax) if new.is_invoice else (None, 0)
    copied = {name: getattr(new, name) for name in COPIED}
    return Invoice(
        number=number,
        issued_at=now,
        due_on=due_on(terms, new.issued_on) if new.is_invoice else new.issued_on,
        terms_words=terms.words if new.is_invoice else "",
        discount_until=until,
        discount_minor=saved,
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        open_minor=0,
        settled_at=None if net + tax else now,
        bill_to=company.as_buyer,
        **copied,
    )


def _post(session: Session, document: Invoice, actor: Actor, now: datetime) -> None:
    order = document.order_number
    post(
        session,
        key=f"{document.kind}:{document.number}",
        kind=document.kind,
        company_id=document.company_id,
        currency=document.currency,
        occurred_at=now,
        sides=[
            Side(RECEIVABLE, document.total_minor, invoice_id=document.id),
            Side(SALES, -document.net_minor, invoice_id=document.id),
            Side(TAX, -document.tax_minor, invoice_id=document.id),
        ],
        actor=actor,
        words=document.number + (f" for order {order}" if order else ""),
    )


def _number(session: Session, is_invoice: bool) -> str:
    sequence: DatabaseSequence = invoice_number if is_invoice else credit_memo_number
    number = session.scalar(sequence)
    return f"INV-{number}" if is_invoice else f"CM-{number}"


def _row(document: Invoice, n: int, line: Line) -> dict[str, object]:
    return {"invoice_id": document.id, "line_no": n, "company_id": document.company_id, **asdict(line)}
