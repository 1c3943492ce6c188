"""Make a link by which somebody without an account pays one invoice, or what is open of one month. The address holds
a token; the database only its hash, so nobody can read a link out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.invoices.queries.open_documents import OpenDocument, documents_by_id
from portal.billing.methods.use_cases.methods import check_may_use
from portal.billing.models.invoices import Invoice
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.pay_links.facts import record_link
from portal.billing.pay_links.letters import mail_pay_link
from portal.billing.pay_links.rules import MAILED_DAYS, LinkRequest
from portal.billing.pay_links.use_cases.asked import asked_for
from portal.billing.payments.rules import MOST_DOCUMENTS
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.clock import local
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.foundation.tokens import new_token, token_hash

COVERED = (
    "Credit and payments under way cover all of it, so there is nothing to ask anybody for. Leave this empty to "
    "make the link without a mail."
)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A new link. The token is shown now and never again."""

    link: PayLink
    token: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a link is for."""

    kind: str
    title: str
    invoices: Sequence[Invoice]

    def asked_minor(self, session: Session, today: date) -> int:
        """What the link asks for today: open, less what payments under way take, early-payment discounts and the company's
        own credit."""
        company_id, ids = self.invoices[0].company_id, [each.id for each in self.invoices]
        documents = list(documents_by_id(session, company_id, ids).values())
        payable = sorted((each for each in documents if each.free_minor > 0), key=OpenDocument.due_first)
        return asked_for(session, company_id, documents, payable, today).to_pay_minor


def make_invoice_link(
    session: Session,
    request: LinkRequest,
    *,
    actor: Actor,
    number: str,
    now: datetime,
    company_id: int | None = None,
) -> NewLink:
    """A link to pay what is open of one invoice.

    :param company_id: the customer for which staff make it; of nobody else's concern.
    :raises NotFound: if the actor lacks the permission, or has no such invoice.
    :raises Rejected: if nothing of it is open.
    """
    company_id = _whose(actor, company_id)
    invoice = session.scalars(
        select(Invoice).where(
            Invoice.company_id == company_id, Invoice.number == number, Invoice.kind == "invoice"
        )
    ).one_or_none()
    if invoice is None:
        raise NotFound
    if invoice.open_minor <= 0:
        raise Rejected("settled", f"{number} is paid, so there is nothing to make a link for.")
    if invoice.currency != _currency(session, company_id):
        raise Rejected("currency", f"{number} is in {invoice.currency}; pay it by transfer.")
    return _make(session, request, _Subject("invoice", f"Invoice {number}", [invoice]), actor, now)


def make_statement_link(
    session: Session,
    request: LinkRequest,
    *,
    actor: Actor,
    month: date,
    now: datetime,
    company_id: int | None = None,
) -> NewLink:
    """A link to pay the invoices issued in a month or before that are open now.

    :param month: any day of it.
    :param company_id: as for an invoice.
    :raises NotFound: if the actor lacks the permission.
    :raises Rejected: if none is open, or too many are.
    """
    invoices = _open_until(session, _whose(actor, company_id), month)
    if not invoices:
        raise Rejected(
            "settled", "Nothing of this statement is open, so there is nothing to make a link for."
        )
    if len(invoices) > MOST_DOCUMENTS:
        raise Rejected(
            "too_many", f"A link takes at most {MOST_DOCUMENTS:,} invoices. Take an earlier month first."
        )
    subject = _Subject("statement", f"Statement of {month:%B %Y}", invoices)
    return _make(session, request, subject, actor, now)


def _whose(actor: Actor, company_id: int | None) -> int:
    """The actor's own company; for those of staff who manage billing, the customer that they name."""
    if company_id is not None and actor.can("billing:manage"):
        return company_id
    return check_may_use(actor)


def make_mailed_link(session: Session, invoice: Invoice, *, zone: str, now: datetime) -> NewLink | None:
    """A link for a mail that announces an invoice, as the company wishes for an address. None if nothing is to be paid
    online."""
    if invoice.open_minor <= 0 or invoice.currency != _currency(session, invoice.company_id):
        return None
    subject = _Subject("invoice", f"Invoice {invoice.number}", [invoice])
    return _make(session, LinkRequest(days=MAILED_DAYS, zone=zone), subject, SYSTEM, now)


def _open_until(session: Session, company_id: int, month: date) -> Sequence[Invoice]:
    """One more than a link takes at most, the first due first."""
    after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return session.scalars(
        select(Invoice)
        .where(
            Invoice.company_id == company_id,
            Invoice.kind == "invoice",
            Invoice.open_minor > 0,
            Invoice.issued_on < after,
            Invoice.currency == _currency(session, company_id),  # others are paid by transfer
        )
        .order_by(Invoice.due_on, Invoice.id)
        .limit(MOST_DOCUMENTS + 1)
    ).all()


def _currency(session: Session, company_id: int) -> str:
    return session.scalars(select(Company.currency).where(Company.id == company_id)).one()


def _make(session: Session, request: LinkRequest, subject: _Subject, actor: Actor, now: datetime) -> NewLink:
    request.check()
    token = new_token()
    link = _add(session, request, subject, actor, token, now)
    if request.email:
        minor = subject.asked_minor(session, local(now, request.zone).date())
        if not minor:
            raise Rejected("covered", COVERED, field="email")
        total = format_minor(minor, subject.invoices[0].currency)
        mail_pay_link(session, link, request, token=token, total=total, actor=actor)
    record_link(session, actor, link, "link_made", now)
    return NewLink(link, token)


def _add(
    session: Session, request: LinkRequest, subject: _Subject, actor: Actor, token: str, now: datetime
) -> PayLink:
    link = PayLink(
        company_id=subject.invoices[0].company_id,
        token_hash=token_hash(token),
        kind=subject.kind,
        title=subject.title,
        created_by_user_id=actor.user_id,
        created_by_name=actor.name,
        created_at=now,
        expires_at=now + timedelta(days=request.days),
    )
    session.add(link)
    session.flush()
    rows = [
        {"pay_link_id": link.id, "invoice_id": each.id, "company_id": link.company_id}
        for each in subject.invoices
    ]
    session.execute(insert(PayLinkInvoice), rows)
    return link
