"""What is recorded about pay links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.methods.facts import PaymentInfoEntered
from portal.billing.models.links import PayLink
from portal.foundation.actor import Actor
from portal.touchpoints.recording import Event, record


def record_link(session: Session, actor: Actor, link: PayLink, action: str, now: datetime) -> None:
    """Record that a link was made (``link_made``) or revoked (``link_revoked``)."""
    record(
        session,
        Event(
            PaymentInfoEntered(method="link", action=action),
            actor=actor,
            now=now,
            key=f"payment_info_entered:{action}:{link.id}",
            account_id=link.company_id,
        ),
    )
