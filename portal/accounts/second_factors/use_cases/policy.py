"""Whether a company's people need a second factor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.accounts.second_factors.facts import record_policy
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def set_second_factor_policy(session: Session, *, actor: Actor, required: bool, now: datetime) -> Company:
    """Require a second factor of everybody who works in the actor's company and its branches, or no longer. Effective
    with everybody's next request.

    :raises Rejected: if the actor has none: nobody shuts themselves out.
    """
    company = session.get(Company, actor.company_id)
    if company is None:
        raise NotFound
    if required and session.get_one(User, actor.user_id).second_factor_at is None:
        message = "Set up your own second factor first, under Your account, Security."
        raise Rejected("no_factor", message, outcome="denied")
    if company.second_factor_required != required:
        company.second_factor_required = required
        record_policy(session, actor=actor, required=required, now=now)
    return company
