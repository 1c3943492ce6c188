"""A company's addresses for documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import any_, literal, select
from sqlalchemy.orm import Session, undefer

from portal.accounts.models.document_addresses import DocumentAddress


def removal_path(token: str) -> str:
    """The path of the link that ends an address."""
    return f"/document-addresses/removal?token={token}"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A confirmed address that gets a kind of document."""

    id: int
    company_id: int
    email: str
    delivery: str
    attach_pdf: bool
    pay_link: bool
    removal_token: str


def addresses_of(session: Session, company_id: int) -> Sequence[DocumentAddress]:
    """All of a company's, also those that are not confirmed. One statement."""
    return session.scalars(
        select(DocumentAddress)
        .where(DocumentAddress.company_id == company_id)
        .order_by(DocumentAddress.email)
    ).all()


def address_in(session: Session, company_id: int, address_id: int) -> DocumentAddress | None:
    """One of a company's; None if it has no such address."""
    return session.scalar(
        select(DocumentAddress).where(
            DocumentAddress.company_id == company_id, DocumentAddress.id == address_id
        )
    )


def removal_paths(session: Session, company_id: int) -> dict[str, str]:
    """By address, the path of the link that ends it. One statement."""
    rows = session.execute(
        select(DocumentAddress.email, DocumentAddress.removal_token).where(
            DocumentAddress.company_id == company_id
        )
    )
    return {email: removal_path(token) for email, token in rows}


def mailboxes(session: Session, kind: str, company_ids: Iterable[int]) -> dict[int, list[Mailbox]]:
    """The confirmed addresses of each company that get this kind of document. One statement."""
    rows = session.scalars(
        select(DocumentAddress)
        .options(undefer(DocumentAddress.removal_token))
        .where(
            DocumentAddress.company_id.in_(sorted(set(company_ids))),
            DocumentAddress.confirmed_at.is_not(None),
            literal(kind) == any_(DocumentAddress.kinds),
        )
        .order_by(DocumentAddress.id)
    )
    found: dict[int, list[Mailbox]] = defaultdict(list)
    for row in rows:
        found[row.company_id].append(
            Mailbox(
                row.id,
                row.company_id,
                row.email,
                row.delivery,
                row.attach_pdf,
                row.pay_link,
                row.removal_token,
            )
        )
    return found
