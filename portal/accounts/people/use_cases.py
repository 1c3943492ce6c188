"""A company's people: roles, order limits and access."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.delegations.use_cases import end_delegations
from portal.accounts.models import Company, Membership
from portal.accounts.people.facts import record_acting_consent_changed, record_person_changed
from portal.accounts.people.queries import ADMIN, is_last_admin
from portal.accounts.roles import CUSTOMER_ROLES
from portal.accounts.sign_in.use_cases.one_time import INVITATION, void_links
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.touchpoints.kind import Change


def change_role(session: Session, *, actor: Actor, user_id: int, role: str, now: datetime) -> Membership:
    """Give a person of the actor's company another role, effective with their next request.

    :raises NotFound: if the person is not of this company.
    :raises Rejected: if it is the actor, or the company's last administrator.
    """
    if role not in CUSTOMER_ROLES:
        raise Rejected("no_role", "Choose a role.", field="role")
    company, membership = _locked(session, actor, user_id)
    if membership.role == role:
        return membership
    _refuse_self(actor, user_id, "You can't change your own role. Ask another administrator.")
    if role != ADMIN:
        _refuse_last_admin(session, company, membership)
    change = Change({"role": membership.role}, {"role": role})
    membership.role = role
    _record(session, actor, membership, "role_changed", now, change)
    return membership


def set_order_limit(
    session: Session, *, actor: Actor, user_id: int, limit_minor: int | None, now: datetime
) -> Membership:
    """Set how much a person of the actor's company may order without approval, from their next order on. Pending
    approvals stay as they are.

    :param limit_minor: per order with tax, in minor units of the company's currency; None for any amount.
    :raises NotFound: if the person is not of this company.
    :raises Rejected: if it is the actor, or the limit is negative.
    """
    if limit_minor is not None and limit_minor < 0:
        raise Rejected("limit", "Enter an amount of zero or more.", field="limit")
    company, membership = _locked(session, actor, user_id)
    _refuse_self(actor, user_id, "You can't change your own limit. Ask another administrator.")
    if membership.order_limit_minor != limit_minor:
        before = {"order_limit": _amount(membership.order_limit_minor, company)}
        membership.order_limit_minor = limit_minor
        change = Change(before, {"order_limit": _amount(limit_minor, company)})
        _record(session, actor, membership, "limit_changed", now, change)
    return membership


def _refuse_disabling(session: Session, actor: Actor, company: Company, membership: Membership) -> None:
    _refuse_self(actor, membership.user_id, "You can't disable yourself. Ask another administrator.")
    _refuse_last_admin(session, company, membership)


def disable(session: Session, *, actor: Actor, user_id: int, now: datetime) -> Membership:
    """Lock a person out of the actor's company, effective with their next request. An open invitation is withdrawn,
    and delegations on the person's behalf end.

    :raises NotFound: if the person is not of this company.
    :raises Rejected: if it is the actor, or the company's last administrator.
    """
    company, membership = _locked(session, actor, user_id)
    if membership.disabled_at is not None and membership.invited_at is None:
        return membership
    _refuse_disabling(session, actor, company, membership)
    if membership.invited_at is not None:
        session.delete(
            membership
        )  # of a disabled person, name and phone would be shown: never accepted, no trace
    change = Change({"access": _access(membership)}, {"access": "closed"})
    membership.disabled_at = now
    void_links(session, purpose=INVITATION, user_id=user_id, company_id=company.id, now=now)
    end_delegations(session, company_id=company.id, subject_user_id=user_id, now=now)
    _record(session, actor, membership, "disabled", now, change)
    return membership


def enable(session: Session, *, actor: Actor, user_id: int, now: datetime) -> Membership:
    """Restore a disabled person's access. Somebody who never accepted an invitation has to be invited again.

    :raises NotFound: if the person is not of this company.
    :raises Rejected: if the person never joined.
    """
    _, membership = _locked(session, actor, user_id)
    if membership.disabled_at is None:
        return membership
    if membership.invited_at is not None:
        raise Rejected("never_joined", "This person has not accepted an invitation yet. Send it again.")
    membership.disabled_at = None
    _record(session, actor, membership, "enabled", now, Change({"access": "closed"}, {"access": "open"}))
    return membership


def set_acting_consent(session: Session, *, actor: Actor, allowed: bool, now: datetime) -> None:
    """Let the seller's reps act inside the company's account, or not. Withdrawing consent ends their delegations."""
    company = session.get(Company, actor.company_id)
    if company is None:
        raise NotFound
    change = Change({"allowed": company.acting_consent}, {"allowed": allowed})
    company.acting_consent = allowed
    if not allowed:
        end_delegations(session, company_id=company.id, now=now)
    if change.names:
        record_acting_consent_changed(session, company.id, change, actor=actor, now=now)


def _locked(session: Session, actor: Actor, user_id: int) -> tuple[Company, Membership]:
    # The lock on the company serializes two administrators who remove each other.
    company = session.get(Company, actor.company_id, with_for_update=True, populate_existing=True)
    membership = session.get(Membership, (user_id, actor.company_id), populate_existing=True)
    if company is None or membership is None:
        raise NotFound
    return company, membership


def _refuse_self(actor: Actor, user_id: int, message: str) -> None:
    if actor.user_id == user_id:
        raise Rejected("oneself", message, outcome="denied")


def _refuse_last_admin(session: Session, company: Company, membership: Membership) -> None:
    if is_last_admin(session, company, membership):
        raise Rejected(
            "last_admin",
            "This is the company's last administrator. Make somebody else administrator first.",
            outcome="denied",
        )


def _access(membership: Membership) -> str:
    return "invited" if membership.invited_at is not None else "open"


def _amount(minor: int | None, company: Company) -> str | None:
    return None if minor is None else format_minor(minor, company.currency)


def _record(
    session: Session, actor: Actor, membership: Membership, action: str, now: datetime, change: Change
) -> None:
    record_person_changed(session, actor, membership, action, version=now.isoformat(), now=now, change=change)
