"""A company's people: their roles, and who may come in at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.delegations import use_cases as acting
from portal.accounts.models import Company, Membership, User
from portal.accounts.people.facts import AccountAddedUser
from portal.accounts.roles import CUSTOMER_ROLES
from portal.accounts.sign_in.use_cases import one_time
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.recording import Event, record

ADMIN = "company_admin"


def change_role(session: Session, *, actor: Actor, user_id: int, role: str, now: datetime) -> Membership:
    """Give a person of the actor's company another role; it counts from their next click.

    :raises NotFound: nobody of this company.
    :raises Rejected: it is the actor, or the company's last administrator.
    """
    if role not in CUSTOMER_ROLES:
        raise Rejected("no_role", "Choose a role.", field="role")
    company, membership = _locked(session, actor, user_id)
    if membership.role == role:
        return membership
    _refuse_self(actor, user_id, "You can't change your own role. Ask another administrator.")
    if role != ADMIN:
        _refuse_last_admin(session, company, membership)
    membership.role = role
    _note(session, actor, membership, "role_changed", now)
    return membership


def set_order_limit(
    session: Session, *, actor: Actor, user_id: int, limit_minor: int | None, now: datetime
) -> Membership:
    """How much a person of the actor's company may order without another person's yes; it counts from their next
    order. A question that waits for an answer stays as it is.

    :param limit_minor: per order with tax, in minor units of the company's currency; None for any amount.
    :raises NotFound: nobody of this company.
    :raises Rejected: it is the actor, or a limit below nothing.
    """
    if limit_minor is not None and limit_minor < 0:
        raise Rejected("limit", "Enter an amount of zero or more.", field="limit")
    _, membership = _locked(session, actor, user_id)
    _refuse_self(actor, user_id, "You can't change your own limit. Ask another administrator.")
    if membership.order_limit_minor != limit_minor:
        membership.order_limit_minor = limit_minor
        _note(session, actor, membership, "limit_changed", now)
    return membership


def disable(session: Session, *, actor: Actor, user_id: int, now: datetime) -> Membership:
    """Lock a person out of the actor's company, from their next click. An open invitation is withdrawn,
    and a rep who is acting for the person has to stop.

    :raises NotFound: nobody of this company.
    :raises Rejected: it is the actor, or the company's last administrator.
    """
    company, membership = _locked(session, actor, user_id)
    if membership.disabled_at is not None and membership.invited_at is None:
        return membership
    _refuse_self(actor, user_id, "You can't disable yourself. Ask another administrator.")
    _refuse_last_admin(session, company, membership)
    if membership.invited_at is not None:
        # Who never said yes leaves no trace here: a disabled person's name and phone are shown, and can be let in.
        session.delete(membership)
    membership.disabled_at = now
    one_time.void(session, purpose=one_time.INVITATION, user_id=user_id, company_id=company.id, now=now)
    acting.end_delegations(session, company_id=company.id, subject_user_id=user_id, now=now)
    _note(session, actor, membership, "disabled", now)
    return membership


def enable(session: Session, *, actor: Actor, user_id: int, now: datetime) -> Membership:
    """Let a disabled person in again. Somebody who never accepted an invitation has to be invited anew.

    :raises NotFound: nobody of this company.
    :raises Rejected: the person never joined.
    """
    _, membership = _locked(session, actor, user_id)
    if membership.disabled_at is None:
        return membership
    if membership.invited_at is not None:
        raise Rejected("never_joined", "This person has not accepted an invitation yet. Send it again.")
    membership.disabled_at = None
    _note(session, actor, membership, "enabled", now)
    return membership


def set_acting_consent(session: Session, *, actor: Actor, allowed: bool, now: datetime) -> None:
    """Let the seller's reps act inside the company's account, or not. Saying no ends stays at once."""
    company = session.get(Company, actor.company_id)
    if company is None:
        raise NotFound
    company.acting_consent = allowed
    if not allowed:
        acting.end_delegations(session, company_id=company.id, now=now)


def _locked(session: Session, actor: Actor, user_id: int) -> tuple[Company, Membership]:
    # The lock on the company makes two administrators who remove each other take turns.
    company = session.get(Company, actor.company_id, with_for_update=True, populate_existing=True)
    membership = session.get(Membership, (user_id, actor.company_id), populate_existing=True)
    if company is None or membership is None:
        raise NotFound
    return company, membership


def _refuse_self(actor: Actor, user_id: int, message: str) -> None:
    if actor.user_id == user_id:
        raise Rejected("oneself", message, outcome="denied")


def _refuse_last_admin(session: Session, company: Company, membership: Membership) -> None:
    if membership.role != ADMIN or membership.disabled_at is not None:
        return
    companies = [number for number in (company.id, company.parent_id) if number is not None]
    others = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.company_id.in_(companies),
            Membership.user_id != membership.user_id,
            Membership.role == ADMIN,
            Membership.disabled_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    if not others:
        raise Rejected(
            "last_admin",
            "This is the company's last administrator. Make somebody else administrator first.",
            outcome="denied",
        )


def _note(session: Session, actor: Actor, membership: Membership, action: str, now: datetime) -> None:
    record(
        session,
        Event(
            AccountAddedUser(user_id=membership.user_id, role=membership.role, action=action),
            actor=actor,
            now=now,
            key=f"account_added_user:{membership.company_id}-{membership.user_id}:{action}-{now.isoformat()}",
            account_id=membership.company_id,
        ),
    )
