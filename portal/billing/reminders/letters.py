"""Telling a company of a new invoice or credit memo: one mail for each document and person, written in the transaction
that issues it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.payers.queries import people_who_may
from portal.billing.reminders.queries import policy_of
from portal.foundation.mail import RawLetter, post_all
from portal.foundation.money import format_minor
from portal.foundation.wording import po_words, weekday_words


def announce(session: Session, document: Invoice) -> int:
    """Write to those who may pay, or to the company's own address where there are none.

    Called when everything that belongs to the document is done: what was paid ahead for it or set against it is told,
    too. Nothing is said of documents without an amount, to closed companies, and where mails about invoices are
    switched off. The same number of statements for any number of lines.

    :returns: to how many.
    """
    company = session.get_one(Company, document.company_id)
    if not document.total_minor or document.source != "portal" or company.disabled_at is not None:
        return 0
    if not policy_of(session, company.id).remind:
        return 0
    kind = "invoice_new" if document.kind == "invoice" else "credit_memo_new"
    key, data = f"{kind}:{document.number}", _data(company, document)
    people = people_who_may(session, "invoices:pay", [company.id]).get(company.id, [])
    letters = [
        RawLetter(f"{key}:{each.user_id}", kind, each.email, data, each.name, each.language, company.id)
        for each in people
    ]
    if not letters and company.email:
        letters = [RawLetter(key, kind, company.email, data, company.name, "en", company.id)]
    post_all(session, letters)
    return len(letters)


def _data(company: Company, document: Invoice) -> dict[str, Any]:
    def words(amount_minor: int) -> str:
        return format_minor(abs(amount_minor), document.currency)

    used = document.total_minor - document.open_minor
    early = document.discount_until is not None and document.open_minor == document.total_minor
    return {
        "company": company.name,
        "number": document.number,
        "path": f"/invoices/{document.number}",
        "amount": words(document.total_minor),
        "used": words(used) if used else "",
        "open": words(document.open_minor) if document.open_minor else "",
        "due": weekday_words(document.due_on),
        "discount": words(document.discount_minor) if early and document.discount_minor else "",
        "discount_until": weekday_words(document.discount_until) if document.discount_until else "",
        "order": document.order_number,
        "po": po_words(document.po_number),
        "job": document.job_name,
        "reason": document.reason,
    }
