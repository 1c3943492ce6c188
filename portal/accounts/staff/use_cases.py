"""The seller's own people, and which companies a rep looks after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of
from portal.accounts.delegations import use_cases as acting
from portal.accounts.invitations import use_cases as inviting
from portal.accounts.invitations.facts import InviteSent
from portal.accounts.models import Company, RepAssignment, User
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.links import invitation_link
from portal.accounts.sign_in.use_cases import one_time, sessions
from portal.accounts.staff.facts import AccountCreated
from portal.accounts.staff.queries import staff_member, state_of
from portal.foundation import mail
from portal.foundation.actor import STAFF_KINDS, Actor
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.recording import Event, record

# Two administrators who disable each other take turns.
_ADMINS_LOCK = text("select pg_advisory_xact_lock(7261004)")


@dataclass(frozen=True)
class StaffAdded:
    """``link`` is the invitation, for who has no mail server yet; None when a password was given."""

    user: User
    link: str | None


def add_staff(
    session: Session,
    *,
    email: str,
    name: str,
    kind: str,
    now: datetime,
    public_url: str = "",
    actor: Actor | None = None,
    store_id: int | None = None,
    password: str | None = None,
) -> StaffAdded:
    """Add one of the seller's people: kind rep, support, store (then with a store) or admin. An invitation
    goes out by mail unless a password is given.

    :param actor: the administrator; None on the command line.
    :param store_id: where a store associate works; stores are a higher domain, so the caller has looked it up.
    :raises Rejected: unknown kind, no store, weak password, or the address is taken.
    """
    email, name = email.strip().lower(), name.strip()
    if kind not in STAFF_KINDS:
        raise Rejected("no_kind", "Choose what this person does.", field="kind")
    if kind == "store" and store_id is None:
        raise Rejected("no_store", "A store associate works at a store. Choose it.", field="store_code")
    if kind != "store" and store_id is not None:
        raise Rejected("no_store", "Only a store associate has a store.", field="store_code")
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Rejected("address_taken", "Somebody has this address already.", field="email")
    user = inviting.find_or_add(session, email=email, name=name, kind=kind, store_id=store_id)
    record(
        session,
        Event(
            AccountCreated(user_id=user.id, role=kind),
            actor=actor or actor_of(user),
            now=now,
            key=f"account_created:user-{user.id}",
        ),
    )
    if password is not None:
        passwords.check_quality(password, email=email)
        user.password_hash = passwords.hash_password(password)
        return StaffAdded(user, None)
    return StaffAdded(user, _invite(session, actor=actor, user=user, public_url=public_url, now=now))


def resend_staff_invitation(
    session: Session, *, actor: Actor, user_id: int, public_url: str, now: datetime
) -> User:
    """Send an invitation again; the earlier link stops working.

    :raises NotFound: nobody with an open invitation.
    """
    user = staff_member(session, user_id)
    if state_of(user) != "invited":
        raise NotFound
    _invite(session, actor=actor, user=user, public_url=public_url, now=now)
    return user


def disable_staff(session: Session, *, actor: Actor, user_id: int, now: datetime) -> User:
    """Lock one of the seller's people out, at once: sessions, stays and open links end.

    :raises Rejected: it is the actor, or the last administrator.
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
    user.disabled_at = now
    for purpose in (one_time.RESET, one_time.INVITATION):
        one_time.void(session, purpose=purpose, user_id=user.id, now=now)
    sessions.end(session, user_id=user.id, now=now)
    acting.end_delegations(session, actor_user_id=user.id, now=now)
    return user


def enable_staff(session: Session, *, actor: Actor, user_id: int) -> User:
    """Let a disabled person in again, with the password they had."""
    user = staff_member(session, user_id)
    user.disabled_at = None
    return user


def assign(session: Session, *, actor: Actor, rep_id: int, code: str) -> Company:
    """Let a rep look after a company.

    :raises Rejected: no such company, or the person is no rep.
    """
    rep = staff_member(session, rep_id)
    company = session.scalar(select(Company).where(func.lower(Company.code) == code.strip().lower()))
    if company is None:
        raise Rejected("no_company", "No company has this code.", field="code")
    if rep.kind != "rep":
        raise Rejected("no_rep", "Only sales reps look after companies.", field="code")
    session.execute(
        insert(RepAssignment).values(user_id=rep.id, company_id=company.id).on_conflict_do_nothing()
    )
    return company


def unassign(session: Session, *, actor: Actor, rep_id: int, code: str, now: datetime) -> Company:
    """Take a company from a rep; a stay in its account ends at once.

    :raises NotFound: the rep does not look after it.
    """
    company = session.scalar(select(Company).where(Company.code == code))
    if company is None:
        raise NotFound
    gone = session.scalar(
        delete(RepAssignment)
        .where(RepAssignment.user_id == rep_id, RepAssignment.company_id == company.id)
        .returning(RepAssignment.user_id)
    )
    if gone is None:
        raise NotFound
    acting.end_delegations(session, actor_user_id=rep_id, company_id=company.id, now=now)
    return company


def _other_admins(session: Session, user: User) -> int:
    counted = select(func.count()).where(
        User.kind == "admin", User.disabled_at.is_(None), User.password_hash.is_not(None), User.id != user.id
    )
    return session.scalar(counted) or 0


def _invite(session: Session, *, actor: Actor | None, user: User, public_url: str, now: datetime) -> str:
    token, row = one_time.issue(
        session,
        purpose=one_time.INVITATION,
        user_id=user.id,
        created_by=actor.user_id if actor else None,
        now=now,
    )
    link = invitation_link(public_url, token)
    mail.post(
        session,
        key=f"invitation:{row.id}",
        kind="staff_invitation",
        to_email=user.email,
        to_name=user.name,
        language=user.language,
        data={
            "name": user.name,
            "inviter": actor.name if actor else "",
            "role": ROLE_LABELS[user.kind].lower(),
            "link": link,
            "days": one_time.LIFETIMES[one_time.INVITATION].days,
            "secret": True,
        },
    )
    record(
        session,
        Event(
            InviteSent(user_id=user.id, role=user.kind, purpose="invitation"),
            actor=actor or actor_of(user),
            now=now,
            key=f"invite_sent:{row.id}",
        ),
    )
    return link
