"""What reps may order in a company's name without approval."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.limits.facts import record_rep_limit_changed
from portal.accounts.models import Company
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def set_rep_limit(session: Session, *, actor: Actor, limit_minor: int | None, now: datetime) -> Company:
    """Set up to which amount reps order in the name of the company's people without approval, from their next order on.
    It comes on top of what the person they act for may order alone.

    :param limit_minor: per order with tax, in minor units of the company's currency; None for no limit of its own.
    :raises NotFound: if the actor lacks the permission.
    :raises Rejected: if the limit is negative.
    """
    company = session.get(Company, actor.company_id, with_for_update=True, populate_existing=True)
    if company is None or not actor.can("company:manage"):
        raise NotFound
    if limit_minor is not None and limit_minor < 0:
        raise Rejected("limit", "Enter an amount of zero or more.", field="limit")
    before = company.rep_order_limit_minor
    if before != limit_minor:
        company.rep_order_limit_minor = limit_minor
        record_rep_limit_changed(session, company, before, actor=actor, now=now)
    return company
