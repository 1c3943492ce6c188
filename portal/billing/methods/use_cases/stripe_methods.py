"""Saved methods as Stripe describes them: what people need to tell them apart, never a full number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.methods.facts import record_method
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.stripe.objects import Method
from portal.foundation.actor import Actor


def save_method(
    session: Session, attempt: PaymentAttempt, method: Method, *, actor: Actor, now: datetime
) -> int:
    """Save the method of an attempt, once; its id."""
    saved = _insert(session, attempt, method, now)
    if saved is None:
        known = select(SavedMethod.id).where(SavedMethod.stripe_method_id == method.id)
        return session.scalars(known).one()
    record_method(
        session,
        kind=method.kind,
        action="saved",
        key=method.id,
        company_id=attempt.company_id,
        actor=actor,
        now=now,
    )
    return saved


def _insert(session: Session, attempt: PaymentAttempt, method: Method, now: datetime) -> int | None:
    """The id of the new row; None if the method is saved already."""
    return session.scalar(
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
