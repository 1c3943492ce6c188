"""Adding, confirming, changing and removing addresses for documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.accounts.document_addresses.facts import record_address, wish_of
from portal.accounts.document_addresses.letters import mail_confirmation
from portal.accounts.document_addresses.queries import address_in
from portal.accounts.document_addresses.rules import MOST_OF_ONE, VALID, Wish
from portal.accounts.models import Company
from portal.accounts.models.document_addresses import DocumentAddress
from portal.foundation.actor import ANONYMOUS, Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.tokens import new_token, token_hash


def add_address(
    session: Session, *, actor: Actor, now: datetime, company: Company, email: str, wish: Wish
) -> DocumentAddress:
    """Ask an address whether it wants the company's documents. It gets none before it says yes.

    :raises NotFound: if the actor lacks the permission, as staff or for their own company.
    :raises Rejected: if it is there, or too many are.
    """
    _admit(actor, company)
    _check(wish)
    known = select(func.count(), func.count().filter(DocumentAddress.email == email)).where(
        DocumentAddress.company_id == company.id
    )
    many, same = session.execute(known).one()
    if same:
        raise Rejected(
            "there_already", "This address is in the list already. Change it there.", field="email"
        )
    if many >= MOST_OF_ONE:
        raise Rejected("too_many", f"A company has {MOST_OF_ONE} addresses at most. Remove one first.")
    address = DocumentAddress(
        company_id=company.id,
        email=email,
        removal_token=new_token(),
        asked_at=now,
        asked_by_name=actor.name,
        **wish.as_stored,
    )
    session.add(address)
    session.flush()
    _ask(session, company, address)
    record_address(session, address, "added", actor=actor, now=now, after=wish)
    return address


def ask_again(session: Session, *, actor: Actor, now: datetime, company: Company, address_id: int) -> str:
    """Send the question again; the link in the earlier mail stops working. Returns the address.

    :raises NotFound: if there is no such address that has not been confirmed.
    """
    address = _one(session, actor, company, address_id)
    if address.confirmed_at is not None:
        raise NotFound
    address.asked_at = now
    _ask(session, company, address)
    record_address(session, address, "asked", actor=actor, now=now)
    return address.email


def change_address(
    session: Session, *, actor: Actor, now: datetime, company: Company, address_id: int, wish: Wish
) -> bool:
    """Change what an address gets. False if nothing was different.

    :raises NotFound: if the company has no such address.
    :raises Rejected: if it would get nothing.
    """
    address = _one(session, actor, company, address_id)
    _check(wish)
    before = wish_of(address)
    if before == wish:
        return False
    for name, value in wish.as_stored.items():
        setattr(address, name, value)
    record_address(session, address, "changed", actor=actor, now=now, before=before, after=wish)
    return True


def remove_address(
    session: Session, *, actor: Actor, now: datetime, company: Company, address_id: int
) -> str:
    """Send no more documents to an address. Returns it.

    :raises NotFound: if the company has no such address.
    """
    address = _one(session, actor, company, address_id)
    _remove(session, address, actor, now)
    return address.email


def find_unconfirmed(session: Session, *, token: str, now: datetime) -> DocumentAddress | None:
    """The address that a link confirms; None if it was confirmed, removed, or asked too long ago."""
    return session.scalar(
        select(DocumentAddress).where(
            DocumentAddress.confirm_hash == token_hash(token), DocumentAddress.asked_at > now - VALID
        )
    )


def confirm_address(session: Session, *, token: str, now: datetime) -> DocumentAddress | None:
    """Somebody who reads the mailbox wants the documents. None if the link no longer works."""
    address = find_unconfirmed(session, token=token, now=now)
    if address is not None:
        address.confirm_hash, address.confirmed_at = None, now
        record_address(session, address, "confirmed", actor=ANONYMOUS, now=now)
    return address


def find_removable(session: Session, *, token: str) -> DocumentAddress | None:
    """The address that a link removes; None if it is gone."""
    return session.scalar(select(DocumentAddress).where(DocumentAddress.removal_token == token))


def remove_by_link(session: Session, *, token: str, now: datetime) -> DocumentAddress | None:
    """Somebody who reads the mailbox wants no more documents. None if it gets none any longer."""
    address = find_removable(session, token=token)
    if address is not None:
        _remove(session, address, ANONYMOUS, now)
    return address


def _admit(actor: Actor, company: Company) -> None:
    own = actor.can("company:manage") and actor.company_id == company.id
    if not own and not actor.can("billing:manage"):
        raise NotFound


def _one(session: Session, actor: Actor, company: Company, address_id: int) -> DocumentAddress:
    _admit(actor, company)
    address = address_in(session, company.id, address_id)
    if address is None:
        raise NotFound
    return address


def _check(wish: Wish) -> None:
    if not wish.kinds:
        raise Rejected("no_kind", "Choose at least one kind of document.", field="kinds")


def _ask(session: Session, company: Company, address: DocumentAddress) -> None:
    token = new_token()
    address.confirm_hash = token_hash(token)
    mail_confirmation(session, company, address, token)


def _remove(session: Session, address: DocumentAddress, actor: Actor, now: datetime) -> None:
    record_address(session, address, "removed", actor=actor, now=now, before=wish_of(address))
    session.execute(delete(DocumentAddress).where(DocumentAddress.id == address.id))
