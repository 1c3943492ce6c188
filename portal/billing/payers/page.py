"""What a document that is sent again says of itself, and the link to pay it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.pay_links.rules import LinkRequest
from portal.billing.pay_links.use_cases.make import make_invoice_link, make_statement_link
from portal.billing.payers.letters import DocumentCopy
from portal.billing.payers.use_cases import Copy
from portal.billing.periods import Month
from portal.billing.reminders.letters.new_documents import enclosed_document
from portal.billing.settlement.letters import enclosed_receipt
from portal.billing.settlement.queries import applied_parts
from portal.billing.statements.letters import enclosed_statement
from portal.billing.statements.queries.statement import AccountMonth, statement
from portal.foundation.money import format_minor
from portal.foundation.wording import date_words
from portal.web.sessions import actor
from portal.web.transaction import now, today

Rows = list[list[str]]
MakeLink = Callable[[Session, LinkRequest], object]


def invoice_copy(company: Company, invoice: Invoice, *, by: str) -> Copy:
    """An invoice or a credit memo, with what is open of it."""
    is_invoice = invoice.kind == "invoice"
    rows = [["Total", _words(abs(invoice.total_minor), invoice.currency)]]
    if invoice.open_minor:
        words = "Open" if is_invoice else "Left to use"
        rows.append([words, _words(abs(invoice.open_minor), invoice.currency)])
    if is_invoice and invoice.open_minor:
        rows.append(["Due", date_words(invoice.due_on)])
    what = f"{'Invoice' if is_invoice else 'Credit memo'} {invoice.number}"
    copy = _copy(company, invoice.kind, invoice.number, what, rows, f"/invoices/{invoice.number}", by)
    return replace(copy, enclosed=enclosed_document(invoice))


def receipt_copy(session: Session, company: Company, payment: Payment, *, by: str) -> Copy:
    """The receipt of a payment, with what it pays. Two statements."""
    attempt = session.get(PaymentAttempt, payment.attempt_id) if payment.attempt_id else None
    rows = [
        ["Amount", _words(payment.amount_minor, payment.currency)],
        ["Received", date_words(payment.received_on)],
    ]
    parts = applied_parts(session, payment.id)
    rows += [[each.number, _words(each.amount_minor, payment.currency)] for each in reversed(parts)]
    if payment.unapplied_minor:
        rows.append(["Not used for an invoice", _words(payment.unapplied_minor, payment.currency)])
    path = f"/payments/{attempt.token}" if attempt else "/payments"
    copy = _copy(company, "receipt", payment.number, f"Receipt for payment {payment.number}", rows, path, by)
    return replace(copy, enclosed=enclosed_receipt(payment))


def statement_copy(session: Session, company: Company, month: Month, *, by: str, zone: str) -> Copy:
    """A month's statement, with its balances. Two statements."""
    of = AccountMonth(company.id, month, company.currency, zone, today())
    found = statement(session, of, size=1)
    rows = [
        ["Opening balance", _words(found.opening_minor, found.currency)],
        ["Closing balance", _words(found.closing_minor, found.currency)],
    ]
    copy = _copy(
        company, "statement", month.code, f"Statement of {month.words}", rows, f"/statements/{month.code}", by
    )
    return replace(copy, enclosed=enclosed_statement(company.id, month, company.currency))


def _copy(company: Company, document: str, number: str, what: str, rows: Rows, path: str, by: str) -> Copy:
    letter = DocumentCopy(what=what, company=company.name, rows=rows, path=path, by=by)
    return Copy(document=document, number=number, letter=letter)


def _words(minor: int, currency: str) -> str:
    return format_minor(minor, currency)


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
