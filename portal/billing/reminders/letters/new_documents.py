"""Mails to a company about its new documents.

A mail is queued in the transaction that issues the document, one for each document and person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import Mailbox, mailboxes
from portal.accounts.models import Company
from portal.billing.documents.early import early_discount
from portal.billing.models.invoices import Invoice
from portal.billing.payers.letters import Readers, to_mailboxes
from portal.billing.payers.queries import people_who_may
from portal.billing.reminders.queries import credit_of_companies, policy_of
from portal.foundation.jobs import MAIL, JobName, defer
from portal.foundation.mail import Contents, Letter, Mail, Parcel, To, send
from portal.foundation.money import format_minor
from portal.foundation.wording import po_words, weekday_words

MAIL_WITH_LINKS = JobName("billing.mail_with_links", MAIL)


@dataclass(frozen=True, kw_only=True)
class InvoiceNew(Letter, words="new invoice"):
    """A new invoice. Amounts are formatted; ``used`` is what was paid ahead or with the company's credit, ``credit`` what
    lies on its account besides; what does not apply is empty."""

    company: str
    number: str
    path: str
    amount: str
    used: str
    credit: str
    open: str
    due: str
    discount: str
    discount_until: str
    order: str
    po: str
    job: str
    ordered_by: str


@dataclass(frozen=True, kw_only=True)
class CreditMemoNew(Letter, words="new credit memo"):
    """A new credit memo. Amounts are formatted, without a sign; ``used`` is what is applied to an invoice already."""

    company: str
    number: str
    path: str
    amount: str
    used: str
    open: str
    order: str
    po: str
    job: str
    ordered_by: str
    reason: str


def mail_new_document(session: Session, document: Invoice) -> int:
    """Write to those who may pay and to the company's addresses for documents, or to its own address where there are
    neither.

    Called when everything that belongs to the document is done, so that the mail mentions prepayments and what it was
    applied to. There is no mail about documents without an amount, to closed companies, and where mails about invoices
    are switched off. The same number of statements for any number of lines.

    :returns: how many people are written to.
    """
    company = session.get_one(Company, document.company_id)
    if not _is_mailed(session, company, document):
        return 0
    letter = _new_document(session, company, document)
    key = f"{letter.kind}:{document.number}"
    boxes = mailboxes(session, document.kind, [company.id])
    if any(with_link(each, document) for each in boxes.get(company.id, [])):
        # The links are made above this room; all addresses wait for them, so that each mail names all.
        defer(session, MAIL_WITH_LINKS, {"invoice_id": document.id})
        boxes = {}
    readers = Readers(people_who_may(session, "invoices:pay", [company.id]), boxes)
    mails = readers.mails(company.id, company.name, letter, key=key, document=enclosed_document(document))
    if not mails and company.email:
        # Nobody there can sign in and look.
        parcel = Parcel(document=enclosed_document(document))
        to = To(company.email, company.name)
        mails = [Mail(key=key, letter=letter, to=to, company_id=company.id, parcel=parcel)]
    send(session, *mails)
    return len(mails)


def with_link(box: Mailbox, document: Invoice) -> bool:
    """Whether the address gets a link to pay the document by."""
    return box.pay_link and document.kind == "invoice" and document.open_minor > 0


def mail_with_links(session: Session, document: Invoice, pay: Mapping[int, str]) -> None:
    """Write to the company's addresses for documents about a new invoice.

    :param pay: paths of links to pay by, by address.
    """
    company = session.get_one(Company, document.company_id)
    letter = _new_document(session, company, document)
    boxes = mailboxes(session, document.kind, [company.id]).get(company.id, [])
    key, enclosed = f"{letter.kind}:{document.number}", enclosed_document(document)
    send(session, *to_mailboxes(company.name, boxes, letter, key=key, document=enclosed, pay=pay))


def enclosed_document(document: Invoice) -> Contents:
    """How a mail names an invoice or credit memo that it brings along (portal/billing/invoices/attachments.py)."""
    return {"kind": "invoice", "invoice_id": document.id, "page": f"/invoices/{document.number}"}


def _is_mailed(session: Session, company: Company, document: Invoice) -> bool:
    if not document.total_minor or document.source != "portal" or company.disabled_at is not None:
        return False
    return policy_of(session, company.id).remind


def _new_document(session: Session, company: Company, document: Invoice) -> Letter:
    return (
        _invoice(company, document, _credit_minor(session, document))
        if document.kind == "invoice"
        else _credit_memo(company, document)
    )


def _credit_minor(session: Session, document: Invoice) -> int:
    """What the company could use for a new invoice, and what was not used automatically."""
    if document.kind != "invoice" or not document.open_minor:
        return 0
    found = credit_of_companies(session, [document.company_id])
    return found.get((document.company_id, document.currency), 0)


def _invoice(company: Company, document: Invoice, credit_minor: int) -> InvoiceNew:
    saved_minor = early_discount(document, document.open_minor, document.issued_on)
    used_minor = document.total_minor - document.open_minor
    return InvoiceNew(
        company=company.name,
        number=document.number,
        path=f"/invoices/{document.number}",
        amount=_words(document, document.total_minor),
        used=_words(document, used_minor) if used_minor else "",
        credit=_words(document, credit_minor) if credit_minor else "",
        open=_words(document, document.open_minor) if document.open_minor else "",
        due=weekday_words(document.due_on),
        discount=_words(document, saved_minor) if saved_minor else "",
        discount_until=weekday_words(document.discount_until) if document.discount_until else "",
        order=document.order_number,
        po=po_words(document.po_number),
        job=document.job_name,
        ordered_by=document.ordered_words,
    )


def _credit_memo(company: Company, document: Invoice) -> CreditMemoNew:
    used_minor = document.total_minor - document.open_minor
    return CreditMemoNew(
        company=company.name,
        number=document.number,
        path=f"/invoices/{document.number}",
        amount=_words(document, document.total_minor),
        reason=document.reason,
        used=_words(document, used_minor) if used_minor else "",
        open=_words(document, document.open_minor) if document.open_minor else "",
        order=document.order_number,
        po=po_words(document.po_number),
        job=document.job_name,
        ordered_by=document.ordered_words,
    )


def _words(document: Invoice, amount_minor: int) -> str:
    return format_minor(abs(amount_minor), document.currency)
