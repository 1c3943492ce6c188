"""Saved methods as Stripe tells of them: what people need to tell one from another, never a number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.methods.facts import PaymentInfoEntered
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.stripe.objects import Method
from portal.foundation.actor import Actor
from portal.touchpoints.recording import Event, record


def keep_method(
    session: Session, attempt: PaymentAttempt, method: Method, *, actor: Actor, now: datetime
) -> int:
    """Keep the method that an attempt saved, once; its id."""
    made = session.scalar(
        upsert(SavedMethod)
        .values(
            company_id=attempt.company_id,
            stripe_method_id=method.id,
            kind=method.kind,
            brand=method.brand,
            last4=method.last4,
            exp_month=method.exp_month,
            exp_year=method.exp_year,
            saved_by_user_id=attempt.actor_user_id,
            saved_by_name=attempt.actor_name,
            saved_at=now,
        )
        .on_conflict_do_nothing(index_elements=["stripe_method_id"])
        .returning(SavedMethod.id)
    )
    if made is None:
        known = select(SavedMethod.id).where(SavedMethod.stripe_method_id == method.id)
        return int(session.scalars(known).one())
    record(
        session,
        Event(
            PaymentInfoEntered(method=method.kind, action="saved"),
            actor=actor,
            now=now,
            key=f"payment_info_entered:{method.id}",
            account_id=attempt.company_id,
        ),
    )
    return int(made)
