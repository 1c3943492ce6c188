"""Touchpoints of addresses for documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.document_addresses.rules import Wish
from portal.accounts.models.document_addresses import DocumentAddress
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Change, Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "document_address_changed",
    stage="pay",
    task="administer",
    says="Changed an address for documents",
    meaning="A mailbox for a company's documents was added, confirmed, changed or removed; the log never holds the address",
    icon="mail",
    detail="change",
    actions={
        "added": "Added an address for documents",
        "asked": "Sent an address for documents its confirmation again",
        "confirmed": "Confirmed an address for documents",
        "changed": "Changed what goes to an address for documents",
        "removed": "Removed an address for documents",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAddressChanged(Touch):
    """A mailbox for documents was added, confirmed, changed or removed."""

    action: str | None = None
    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


def wish_of(address: DocumentAddress) -> Wish:
    """What the address gets."""
    return Wish(address.delivery, tuple(address.kinds), address.attach_pdf, address.pay_link)


def record_address(
    session: Session,
    address: DocumentAddress,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    before: Wish | None = None,
    after: Wish | None = None,
) -> None:
    """Record that an address was added, confirmed, changed or removed, by its number: the log holds no addresses."""
    was, becomes = before.as_stored if before else {}, after.as_stored if after else {}
    change = Change(was, {"address": address.id, **becomes})
    removed = [f"{name}={value}" for name, value in was.items()] if not after else None
    what = DocumentAddressChanged(
        action=action, fields=change.names, before=removed or change.was, after=change.becomes
    )
    key = f"document_address:{address.id}:{action}:{now.isoformat()}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=address.company_id))
