"""A failed refund that somebody has seen to leaves the worklist."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.refunds import Refund
from portal.billing.payment_states import REFUND_GONE
from portal.billing.refunds.facts import record_failure_acknowledged
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


def acknowledge_failure(
    session: Session, *, actor: Actor, payment_id: int, refund_id: int, now: datetime
) -> Refund:
    """Take a payment's failed refund off the worklist. Idempotent: the first one to do it is kept.

    :raises NotFound: if the actor lacks the permission, or the payment has no such failed refund.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    refund = session.scalars(
        select(Refund)
        .where(Refund.id == refund_id, Refund.payment_id == payment_id, Refund.state.in_(REFUND_GONE))
        .with_for_update()
    ).one_or_none()
    if refund is None:
        raise NotFound
    if refund.acknowledged_at is None:
        refund.acknowledged_at, refund.acknowledged_by_name = now, actor.name
        record_failure_acknowledged(session, refund, actor=actor, now=now)
    return refund
