"""Changing how a company is named on its documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.companies.facts import record_billing_details_changed
from portal.accounts.companies.rules import BillAs
from portal.accounts.models import Company
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def change_billing_details(
    session: Session, *, actor: Actor, now: datetime, company: Company, wanted: BillAs
) -> bool:
    """Set what documents issued from now on say of the company. False if nothing was different.

    :raises NotFound: if the actor lacks the permission, as staff or for their own company.
    :raises Rejected: if an address is there in part.
    """
    own = actor.can("company:manage") and actor.company_id == company.id
    if not own and not actor.can("billing:manage"):
        raise NotFound
    _check(wanted)
    before = BillAs.of(company.bill_as)
    names = [name for name in BillAs.__slots__ if getattr(before, name) != getattr(wanted, name)]
    if names:
        company.bill_as = wanted.stored
        record_billing_details_changed(session, company.id, names, actor=actor, now=now)
    return bool(names)


def _check(wanted: BillAs) -> None:
    parts = {"line1": wanted.line1, "city": wanted.city, "country": wanted.country}
    if not (any(parts.values()) or wanted.line2 or wanted.region or wanted.postcode):
        return
    words = {"line1": "street or P.O. box", "city": "city", "country": "country"}
    for name, value in parts.items():
        if not value:
            raise Rejected(
                "address", f"Enter the {words[name]}, or leave the whole address empty.", field=name
            )
