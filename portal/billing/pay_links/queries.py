"""Pay links: what each is for and whether it still works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.invoices.queries.open_documents import OpenDocument, documents_by_id
from portal.billing.models.invoices import Invoice
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payment_states import LIVE
from portal.billing.settlement.queries import charged_back
from portal.foundation.errors import NotFound
from portal.foundation.mail import OutboundMail
from portal.foundation.tokens import token_hash


@dataclass(frozen=True, slots=True)
class Linked:
    """A link with the current state of the documents it is for."""

    link: PayLink
    documents: list[OpenDocument]
    withdrawn: frozenset[int] = frozenset()  # documents that a bank has charged back since the link was made

    @property
    def open_minor(self) -> int:
        """What is open of them."""
        return sum(each.open_minor for each in self.documents)

    @property
    def free_minor(self) -> int:
        """What may be paid now: open, and no payment under way covers it."""
        return sum(each.free_minor for each in self.payable)

    @property
    def payable(self) -> list[OpenDocument]:
        """The documents that can be paid by it now."""
        return [each for each in self.documents if each.free_minor > 0 and each.id not in self.withdrawn]


def find(session: Session, token: str) -> Linked:
    """The link behind an address, whether it still works or not.

    :raises NotFound: if there is none, or its company is closed.
    """
    link = session.scalars(
        select(PayLink)
        .join(Company, Company.id == PayLink.company_id)
        .where(PayLink.token_hash == token_hash(token), Company.disabled_at.is_(None))
    ).one_or_none()
    if link is None:
        raise NotFound
    return linked(session, link)


def linked(session: Session, link: PayLink) -> Linked:
    """What a link is for. Two statements, three while something is open."""
    ids = session.scalars(
        select(PayLinkInvoice.invoice_id)
        .where(PayLinkInvoice.pay_link_id == link.id)
        .order_by(PayLinkInvoice.invoice_id)
    ).all()
    found = documents_by_id(session, link.company_id, ids)
    since = charged_back(session, [id for id, each in found.items() if each.open_minor > 0])
    withdrawn = frozenset(id for id, at in since.items() if at >= link.created_at)
    return Linked(link, sorted(found.values(), key=OpenDocument.due_first), withdrawn)


def attempt_under_way(session: Session, link: PayLink) -> PaymentAttempt | None:
    """The newest payment through this link that has not ended."""
    return session.scalars(
        select(PaymentAttempt)
        .where(PaymentAttempt.pay_link_id == link.id, PaymentAttempt.state.in_(LIVE))
        .order_by(PaymentAttempt.id.desc())
        .limit(1)
    ).one_or_none()


def attempt_by_link(session: Session, token: str) -> PaymentAttempt:
    """A payment that was begun through a link, by its own token.

    :raises NotFound: if there is none, or its company is closed.
    """
    found = session.scalars(
        select(PaymentAttempt)
        .join(Company, Company.id == PaymentAttempt.company_id)
        .where(PaymentAttempt.token == token, PaymentAttempt.via == "link", Company.disabled_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that works, in a list."""

    id: int
    title: str
    created_at: datetime
    created_by_name: str
    expires_at: datetime
    open_minor: int
    currency: str
    sent_to: str | None
    unsent: str | None  # why the mail with it could not be sent


def live_links(
    session: Session, company_id: int, now: datetime, *, invoice_id: int | None = None
) -> Sequence[LinkRow]:
    """The company's links that work, newest first; or those for one invoice. One statement."""
    query = (
        select(
            PayLink.id,
            PayLink.title,
            PayLink.created_at,
            PayLink.created_by_name,
            PayLink.expires_at,
            func.sum(Invoice.open_minor),
            func.min(Invoice.currency),
            func.min(OutboundMail.to_email),
            func.min(OutboundMail.failure),
        )
        .join(PayLinkInvoice, PayLinkInvoice.pay_link_id == PayLink.id)
        .join(Invoice, Invoice.id == PayLinkInvoice.invoice_id)
        .outerjoin(OutboundMail, OutboundMail.key == func.concat("pay_link:", PayLink.id))
        .where(PayLink.company_id == company_id, PayLink.revoked_at.is_(None), PayLink.expires_at > now)
        .group_by(PayLink.id)
        .having(func.sum(Invoice.open_minor) > 0)
        .order_by(PayLink.id.desc())
    )
    if invoice_id is not None:
        query = query.where(
            PayLink.id.in_(select(PayLinkInvoice.pay_link_id).where(PayLinkInvoice.invoice_id == invoice_id))
        )
    return [LinkRow(*row) for row in session.execute(query)]
