"""Revoke a pay link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.methods.use_cases.methods import check_may_use
from portal.billing.models.links import PayLink
from portal.billing.pay_links.facts import record_link
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


def revoke_link(session: Session, *, actor: Actor, link_id: int, now: datetime) -> PayLink:
    """Revoke a link: it no longer opens a page. A payment that was begun through it goes on. Idempotent.

    :raises NotFound: if the actor's company has no such link.
    """
    company_id = check_may_use(actor)
    link = session.scalars(
        select(PayLink).where(PayLink.id == link_id, PayLink.company_id == company_id).with_for_update()
    ).one_or_none()
    if link is None:
        raise NotFound
    if link.revoked_at is None:
        link.revoked_at = now
        record_link(session, actor, link, "link_revoked", now)
    return link
