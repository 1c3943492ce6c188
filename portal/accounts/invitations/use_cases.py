"""Inviting people by mail, and their answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of
from portal.accounts.invitations.facts import InviteSent
from portal.accounts.models import Company, Membership, OneTimeToken, User
from portal.accounts.people.facts import AccountAddedUser
from portal.accounts.roles import CUSTOMER_ROLES, ROLE_LABELS
from portal.accounts.sign_in.links import invitation_link
from portal.accounts.sign_in.use_cases import credentials, one_time
from portal.foundation import mail
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.recording import Event, record

# A function of the database: nobody outside the company is seen in a customer's request (migration 0012).
_PERSON = text("select person_to_invite(:email, :name)")


@dataclass(frozen=True)
class Invitation:
    """What a person reads before they accept."""

    email: str
    name: str
    company_name: str | None  # None: the seller's own staff
    role_label: str
    needs_password: bool


def invite(
    session: Session, *, actor: Actor, email: str, name: str, role: str, public_url: str, now: datetime
) -> User:
    """Invite somebody to the actor's company, by mail. Whether the address is known elsewhere stays untold.

    :raises Rejected: the person is there already, or the address cannot be a customer's.
    """
    if role not in CUSTOMER_ROLES:
        raise Rejected("no_role", "Choose a role.", field="role")
    user_id = session.scalar(_PERSON, {"email": email, "name": name})
    if user_id is None:
        raise Rejected("not_invitable", "This address can't be invited. Use another one.", field="email")
    values = {"role": role, "disabled_at": now, "invited_at": now}
    placed = session.scalar(
        insert(Membership)
        .values(user_id=user_id, company_id=actor.company_id, **values)
        .on_conflict_do_update(
            index_elements=["user_id", "company_id"], set_=values, where=Membership.invited_at.is_not(None)
        )
        .returning(Membership.user_id)
    )
    if placed is None:
        raise Rejected(
            "there_already", "This person is in your list already. Change them there.", field="email"
        )
    user = session.get_one(User, user_id)
    _send(session, actor=actor, user=user, role=role, public_url=public_url, now=now)
    return user


def resend(session: Session, *, actor: Actor, user_id: int, public_url: str, now: datetime) -> User:
    """Send an invitation once more; the link of the first mail stops working.

    :raises NotFound: nobody with an open invitation to the actor's company.
    """
    membership = session.get(Membership, (user_id, actor.company_id), with_for_update=True)
    if membership is None or membership.invited_at is None:
        raise NotFound
    membership.invited_at = now
    user = session.get_one(User, user_id)
    _send(session, actor=actor, user=user, role=membership.role, public_url=public_url, now=now)
    return user


def find_or_add(session: Session, *, email: str, name: str, kind: str, store_id: int | None = None) -> User:
    """The person with this address; a new one without a password where there is none."""
    session.execute(
        insert(User)
        .values(email=email, name=name, kind=kind, store_id=store_id)
        .on_conflict_do_nothing(index_elements=["email"])
    )
    return session.scalars(select(User).where(User.email == email)).one()


def look_at(session: Session, *, token: str, now: datetime) -> Invitation | None:
    """What the link invites to; None when it is used or old."""
    row = one_time.look(session, purpose=one_time.INVITATION, token=token, now=now)
    if row is None:
        return None
    user = session.get_one(User, row.user_id)
    company = session.get(Company, row.company_id) if row.company_id else None
    membership = session.get(Membership, (user.id, row.company_id)) if company else None
    return Invitation(
        email=user.email,
        name=user.name,
        company_name=company.name if company else None,
        role_label=ROLE_LABELS[membership.role if membership else user.kind],
        needs_password=user.password_hash is None,
    )


def accept(
    session: Session, *, token: str, name: str | None, password: str | None, now: datetime
) -> tuple[User, bool]:
    """Answer an invitation. Somebody new chooses a name and a password; somebody known just joins.

    Returns the person, and whether they are new (they may be signed in at once: they hold the mailbox
    and the password).

    :raises Rejected: the link is used, old or withdrawn, or the password is weak.
    """
    row = one_time.consume(session, purpose=one_time.INVITATION, token=token, now=now)
    user = session.get_one(User, row.user_id, with_for_update=True)
    if user.disabled_at is not None:
        raise Rejected("dead_link", one_time.DEAD_LINK, outcome="denied")
    is_new = user.password_hash is None
    if is_new:
        if not name:
            raise Rejected("no_name", "Enter your name.", field="name")
        user.name = name
        credentials.set_password(session, user=user, password=password or "", now=now)
    if row.company_id is not None:
        _join(session, user, row, now)
    return user, is_new


def _join(session: Session, user: User, row: OneTimeToken, now: datetime) -> None:
    membership = session.get(Membership, (user.id, row.company_id), with_for_update=True)
    company = session.get(Company, row.company_id)
    if (
        membership is None
        or company is None
        or membership.invited_at is None
        or company.disabled_at is not None
    ):
        raise Rejected("dead_link", one_time.DEAD_LINK, outcome="denied")
    membership.disabled_at = membership.invited_at = None
    record(
        session,
        Event(
            AccountAddedUser(user_id=user.id, role=membership.role, action="joined"),
            actor=actor_of(user, company, membership.role),
            now=now,
            key=f"account_added_user:{company.id}-{user.id}:joined-{row.id}",
            account_id=company.id,
        ),
    )


def _send(session: Session, *, actor: Actor, user: User, role: str, public_url: str, now: datetime) -> None:
    token, row = one_time.issue(
        session,
        purpose=one_time.INVITATION,
        user_id=user.id,
        company_id=actor.company_id,
        created_by=actor.user_id,
        now=now,
    )
    mail.post(
        session,
        key=f"invitation:{row.id}",
        kind="invitation",
        to_email=user.email,
        to_name=user.name,
        language=user.language,
        company_id=actor.company_id,
        data={
            "name": user.name,
            "inviter": actor.name,
            "company": actor.company_name,
            "role": ROLE_LABELS[role].lower(),
            "link": invitation_link(public_url, token),
            "days": one_time.LIFETIMES[one_time.INVITATION].days,
            "secret": True,
        },
    )
    record(
        session,
        Event(
            InviteSent(user_id=user.id, role=role, purpose="invitation"),
            actor=actor,
            now=now,
            key=f"invite_sent:{row.id}",
            account_id=actor.company_id,
        ),
    )
