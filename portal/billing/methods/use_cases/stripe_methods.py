"""Saved methods as Stripe describes them: what people need to tell them apart, never a full number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.methods.facts import record_method
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.stripe.objects import Method
from portal.foundation.actor import Actor
from portal.foundation.jobs import MONEY, JobName, defer

DETACH = JobName("billing.detach_method", MONEY)


def save_method(
    session: Session, attempt: PaymentAttempt, method: Method, *, actor: Actor, now: datetime
) -> int:
    """Save the method of an attempt, once; its id. The same card again is the same entry, with what is new of it."""
    known_card = _same_card(session, attempt.company_id, method)
    if known_card is not None and known_card.stripe_method_id != method.id:
        return _renew(session, known_card, method)
    saved = _insert(session, attempt, method, now)
    if saved is None:
        known = select(SavedMethod.id).where(SavedMethod.stripe_method_id == method.id)
        return session.scalars(known).one()
    what = {"kind": method.kind, "action": "saved", "key": method.id}
    record_method(session, **what, company_id=attempt.company_id, actor=actor, now=now)
    return saved


def _same_card(session: Session, company_id: int, method: Method) -> SavedMethod | None:
    """The company's entry for the same card or account, locked; of what was saved before fingerprints were kept, the one
    that looks the same."""
    looks = and_(
        SavedMethod.fingerprint == "",
        SavedMethod.kind == method.kind,
        SavedMethod.brand == method.brand,
        SavedMethod.last4 == method.last4,
        SavedMethod.exp_year.is_not_distinct_from(method.exp_year),
        SavedMethod.exp_month.is_not_distinct_from(method.exp_month),
    )
    if not method.fingerprint:
        return None
    return session.scalars(
        select(SavedMethod)
        .where(
            SavedMethod.company_id == company_id,
            SavedMethod.removed_at.is_(None),
            or_(SavedMethod.fingerprint == method.fingerprint, looks),
        )
        .order_by((SavedMethod.fingerprint == method.fingerprint).desc(), SavedMethod.id)
        .limit(1)
        .with_for_update(key_share=True)
    ).one_or_none()


def _renew(session: Session, known: SavedMethod, method: Method) -> int:
    """Let an entry stand for the same card as Stripe keeps it now; what it kept before is detached there."""
    defer(session, DETACH, {"method": known.stripe_method_id})
    known.stripe_method_id, known.fingerprint = method.id, method.fingerprint
    known.brand, known.last4 = method.brand, method.last4
    known.exp_month, known.exp_year = method.exp_month, method.exp_year
    session.flush()
    return known.id


def _suspended_at(session: Session, company_id: int, method: Method) -> datetime | None:
    """Since when this card is suspended in this company, even if it was removed since."""
    if not method.fingerprint:
        return None
    return session.scalar(
        select(func.max(SavedMethod.suspended_at)).where(
            SavedMethod.company_id == company_id, SavedMethod.fingerprint == method.fingerprint
        )
    )


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
            fingerprint=method.fingerprint,
            suspended_at=_suspended_at(session, attempt.company_id, method),
            saved_by_user_id=attempt.actor_user_id,
            saved_by_name=attempt.actor_name,
            saved_at=now,
        )
        .on_conflict_do_nothing(index_elements=["stripe_method_id"])
        .returning(SavedMethod.id)
    )
