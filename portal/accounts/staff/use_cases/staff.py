"""Adding the seller's own people, and locking them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of
from portal.accounts.delegations.use_cases import end_delegations
from portal.accounts.invitations.facts import record_invite_sent
from portal.accounts.models import User
from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.guessable import check_quality
from portal.accounts.sign_in.links import invitation_link
from portal.accounts.sign_in.use_cases.one_time import INVITATION, RESET, issue_link, void_links
from portal.accounts.sign_in.use_cases.sessions import end_sessions
from portal.accounts.staff.facts import record_account_created, record_staff_access_changed
from portal.accounts.staff.letters import mail_staff_invitation
from portal.accounts.staff.queries import staff_member, state_of
from portal.foundation.actor import STAFF_KINDS, Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.smtp.addresses import BadAddress, read_address
from portal.touchpoints.kind import Change

# Serializes administrators who disable each other.
_ADMINS_LOCK = text("select pg_advisory_xact_lock(7261004)")


@dataclass(frozen=True)
class NewStaff:
    """One of the seller's people to be added: kind rep, support, store (then with a store) or admin.

    :ivar store_id: where a store associate works; stores are a higher domain, so the caller has looked it up.
    :ivar password: without one, an invitation is sent.
    """

    email: str
    name: str
    kind: str
    store_id: int | None = None
    password: str | None = None


@dataclass(frozen=True)
class StaffAdded:
    """``link`` is the invitation, for a seller without a mail server; None if a password was given."""

    user: User
    link: str | None


def add_staff(
    session: Session,
    new: NewStaff,
    *,
    now: datetime,
    public_url: str = "",
    actor: Actor | None = None,
    sellers: Iterable[str] = (),
) -> StaffAdded:
    """Add one of the seller's people. An invitation is sent by mail unless a password is given.

    :param actor: the administrator; None on the command line.
    :param sellers: the seller's names, which make no good password.
    :raises Rejected: if the kind is unknown, the store is missing, the password is weak, or the address is taken.
    """
    try:
        email = read_address(new.email)
    except BadAddress:
        raise Rejected("email", "Enter an address like name@company.com.", field="email") from None
    _check_kind(new)
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Rejected("address_taken", "Somebody has this address already.", field="email")
    user = _find_or_add(session, new, email)
    record_account_created(session, user, actor=actor or actor_of(user), now=now)
    if new.password is not None:
        check_quality(new.password, email=email, names=[new.name, *sellers])
        user.password_hash = passwords.hash_password(new.password)
        return StaffAdded(user, None)
    return StaffAdded(user, _invite(session, actor=actor, user=user, public_url=public_url, now=now))


def resend_staff_invitation(
    session: Session, *, actor: Actor, user_id: int, public_url: str, now: datetime
) -> User:
    """Send an invitation again; the earlier link stops working.

    :raises NotFound: if the person has no open invitation.
    """
    user = staff_member(session, user_id)
    if state_of(user) != "invited":
        raise NotFound
    _invite(session, actor=actor, user=user, public_url=public_url, now=now)
    return user


def disable_staff(session: Session, *, actor: Actor, user_id: int, now: datetime) -> User:
    """Lock one of the seller's people out, at once: sessions, delegations and open links end.

    :raises Rejected: if it is the actor, or the last administrator.
    """
    session.execute(_ADMINS_LOCK)
    user = staff_member(session, user_id)
    if user.id == actor.user_id:
        raise Rejected("oneself", "You can't disable yourself. Ask another administrator.", outcome="denied")
    if user.disabled_at is not None:
        return user
    if user.kind == "admin" and not _other_admins(session, user):
        raise Rejected(
            "last_admin", "This is the last administrator. Add another one first.", outcome="denied"
        )
    change = Change({"access": state_of(user)}, {"access": "disabled"})
    _lock_out(session, user, now)
    record_staff_access_changed(session, user, change, actor=actor, now=now)
    return user


def _lock_out(session: Session, user: User, now: datetime) -> None:
    user.disabled_at = now
    for purpose in (RESET, INVITATION):
        void_links(session, purpose=purpose, user_id=user.id, now=now)
    end_sessions(session, user_id=user.id, now=now)
    end_delegations(session, actor_user_id=user.id, now=now)


def enable_staff(session: Session, *, actor: Actor, user_id: int, now: datetime) -> User:
    """Restore a disabled person's access, with the password they had. Idempotent."""
    user = staff_member(session, user_id)
    if user.disabled_at is None:
        return user
    user.disabled_at = None
    change = Change({"access": "disabled"}, {"access": state_of(user)})
    record_staff_access_changed(session, user, change, actor=actor, now=now)
    return user


def _check_kind(new: NewStaff) -> None:
    if new.kind not in STAFF_KINDS:
        raise Rejected("no_kind", "Choose what this person does.", field="kind")
    if new.kind == "store" and new.store_id is None:
        raise Rejected("no_store", "A store associate works at a store. Choose it.", field="store_code")
    if new.kind != "store" and new.store_id is not None:
        raise Rejected("no_store", "Only a store associate has a store.", field="store_code")


def _find_or_add(session: Session, new: NewStaff, email: str) -> User:
    # Two concurrent calls with one address find the same person.
    session.execute(
        insert(User)
        .values(email=email, name=new.name.strip(), kind=new.kind, store_id=new.store_id)
        .on_conflict_do_nothing(index_elements=["email"])
    )
    return session.scalars(select(User).where(User.email == email)).one()


def _other_admins(session: Session, user: User) -> int:
    counted = select(func.count()).where(
        User.kind == "admin", User.disabled_at.is_(None), User.password_hash.is_not(None), User.id != user.id
    )
    return session.scalar(counted) or 0


def _invite(session: Session, *, actor: Actor | None, user: User, public_url: str, now: datetime) -> str:
    issued = issue_link(
        session, purpose=INVITATION, user_id=user.id, created_by=actor.user_id if actor else None, now=now
    )
    link = invitation_link(public_url, issued.token)
    mail_staff_invitation(session, user, inviter=actor.name if actor else "", link=link, issued=issued)
    sender = actor or actor_of(user)
    record_invite_sent(session, user, role=user.kind, actor=sender, link_id=issued.id, now=now)
    return link
