"""How a page makes a link to pay what it sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.pay_links.rules import LinkRequest
from portal.billing.pay_links.use_cases.make import make_invoice_link, make_statement_link
from portal.web.sessions import actor
from portal.web.transaction import now

MakeLink = Callable[[Session, LinkRequest], object]


def invoice_link(invoice: Invoice) -> MakeLink | None:
    """A link to pay this invoice; None if nothing of it is open."""
    if invoice.kind != "invoice" or invoice.open_minor <= 0:
        return None
    return lambda session, asked: make_invoice_link(
        session, asked, actor=actor(), number=invoice.number, now=now(), company_id=invoice.company_id
    )


def statement_link(company: Company, month: date) -> MakeLink:
    """A link to pay what a statement shows."""
    return lambda session, asked: make_statement_link(
        session, asked, actor=actor(), month=month, now=now(), company_id=company.id
    )
