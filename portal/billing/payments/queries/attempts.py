"""An attempt to pay: what it is for, and who began it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.accounts.models import User
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.settlement.split import Share
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


def attempt_of(session: Session, company_id: int, token: str) -> PaymentAttempt:
    """The company's attempt with this token.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(PaymentAttempt).where(PaymentAttempt.company_id == company_id, PaymentAttempt.token == token)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def shares_of(session: Session, attempt_id: int) -> list[Share]:
    """What an attempt is for, by document id."""
    rows = session.scalars(
        select(PaymentAllocation)
        .where(PaymentAllocation.attempt_id == attempt_id)
        .order_by(PaymentAllocation.invoice_id)
    )
    return [Share(r.invoice_id, r.amount_minor, r.discount_minor, r.short_reason, r.short_note) for r in rows]


def payer_of(session: Session, attempt: PaymentAttempt) -> Actor:
    """Whoever began the attempt, as an actor of the touchpoint log."""
    user = session.get(User, attempt.actor_user_id) if attempt.actor_user_id else None
    if user is None:
        return actor_on_record("anonymous" if attempt.via == "link" else "system", name=attempt.actor_name)
    return actor_on_record(
        user.kind, user_id=user.id, name=user.name, email=user.email, company_id=attempt.company_id
    )
