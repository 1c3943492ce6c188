"""Withdrawing a request for approval."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.approvals.facts import record_approval_withdrawn
from portal.orders.approvals.queries import pending_approval
from portal.orders.drafts.queries import own_head


def withdraw(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> None:
    """Withdraw the request about one's own draft. Idempotent: if there is none, nothing happens.

    :raises NotFound: if it is not the actor's draft.
    """
    own_head(session, actor, draft_id, lock=True)
    pending = pending_approval(session, draft_id)
    if pending is not None:
        pending.state, pending.decided_at = "withdrawn", now
        pending.decided_by_user_id, pending.decided_by_name = actor.user_id, actor.name
        record_approval_withdrawn(session, pending, actor=actor, now=now)
