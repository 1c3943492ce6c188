"""One invoice or credit memo by its number, for the company that owes it and for staff."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.sight import company_condition
from portal.billing.models.invoices import Invoice
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.touchpoints.interaction import note_shown


def invoice_for(session: Session, actor: Actor, number: str) -> Invoice:
    """The document of the actor's company.

    :raises NotFound: when the company has none of this number.
    """
    found = session.scalar(
        select(Invoice).where(Invoice.number == number, Invoice.company_id == actor.customer_id)
    )
    if found is None:
        raise NotFound
    return found


def invoice_for_staff(session: Session, actor: Actor, number: str) -> Invoice:
    """The document as staff read it; a rep reads those of their assigned companies.

    :raises NotFound: when there is none for them.
    """
    in_sight = company_condition(actor, Invoice.company_id)
    found = session.scalar(select(Invoice).where(Invoice.number == number, in_sight))
    if found is None:
        raise NotFound
    note_shown(session, found.company_id)
    return found


def company_of(session: Session, invoice: Invoice) -> Company:
    """The company that owes it, for staff."""
    return session.get_one(Company, invoice.company_id)
