"""Issuing invoices and credit memos: the document, its lines and its posting are one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Sequence as DatabaseSequence
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, SALES, TAX
from portal.billing.invoices.facts import InvoiceIssued
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice, InvoiceLine, credit_memo_number, invoice_number
from portal.billing.terms.due import discount, due_on
from portal.billing.terms.queries import terms_of
from portal.foundation.actor import Actor
from portal.touchpoints.recording import Event, record


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
    ship_to: dict[str, Any] | None = None
    exemption: dict[str, Any] | None = None


def issue(session: Session, new: NewDocument, *, actor: Actor, now: datetime) -> Invoice | None:
    """Issue a document and post it: receivable against sales and tax. The same number of statements for any
    number of lines.

    :returns: the document, or None when one was issued under this key before.
    """
    if session.scalar(select(Invoice.id).where(Invoice.issue_key == new.issue_key)) is not None:
        return None
    company, terms = terms_of(session, new.company_id)
    net = sum(line.net_minor for line in new.lines)
    tax = sum(line.tax_minor for line in new.lines)
    is_invoice = new.kind == "invoice"
    until, saved = discount(terms, new.issued_on, net + tax) if is_invoice else (None, 0)
    document = Invoice(
        number=_number(session, is_invoice),
        kind=new.kind,
        company_id=new.company_id,
        order_id=new.order_id,
        order_number=new.order_number,
        issue_key=new.issue_key,
        corrects_invoice_id=new.corrects_invoice_id,
        reason=new.reason,
        store_id=new.store_id,
        issued_at=now,
        issued_on=new.issued_on,
        due_on=due_on(terms, new.issued_on) if is_invoice else new.issued_on,
        terms_words=terms.words if is_invoice else "",
        discount_until=until,
        discount_minor=saved,
        currency=new.currency,
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        open_minor=0,
        settled_at=None if net + tax else now,
        po_number=new.po_number,
        job_id=new.job_id,
        job_name=new.job_name,
        bill_to={"name": company.name, "code": company.code},
        ship_to=new.ship_to,
        exemption=new.exemption,
    )
    session.add(document)
    session.flush()
    rows = [_row(document, n, line) for n, line in enumerate(new.lines, start=1)]
    if rows:
        session.execute(insert(InvoiceLine), rows)
    post(
        session,
        key=f"{new.kind}:{document.number}",
        kind=new.kind,
        company_id=new.company_id,
        currency=new.currency,
        occurred_at=now,
        sides=[
            Side(RECEIVABLE, net + tax, invoice_id=document.id),
            Side(SALES, -net, invoice_id=document.id),
            Side(TAX, -tax, invoice_id=document.id),
        ],
        actor=actor,
        words=f"{document.number}" + (f" for order {new.order_number}" if new.order_number else ""),
    )
    session.refresh(document, ["open_minor", "settled_at"])
    record(
        session,
        Event(
            InvoiceIssued(number=document.number, lines=len(new.lines)),
            actor=actor,
            now=now,
            key=f"invoice_issued:{document.number}",
            account_id=new.company_id,
            store_id=new.store_id,
            value_minor=document.total_minor,
            currency=new.currency,
            links={"order_id": new.order_id, "invoice_id": document.id},
        ),
    )
    return document


def _number(session: Session, is_invoice: bool) -> str:
    sequence: DatabaseSequence = invoice_number if is_invoice else credit_memo_number
    number = session.scalar(sequence)
    return f"INV-{number}" if is_invoice else f"CM-{number}"


def _row(document: Invoice, n: int, line: Line) -> dict[str, Any]:
    return {
        "invoice_id": document.id,
        "line_no": n,
        "company_id": document.company_id,
        "order_line_no": line.order_line_no,
        "sku": line.sku,
        "name": line.name,
        "colour": line.colour,
        "unit": line.unit,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "net_minor": line.net_minor,
        "tax_share": line.tax_share,
        "tax_minor": line.tax_minor,
    }
