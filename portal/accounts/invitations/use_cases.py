"""Inviting people by mail, and their answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of
from portal.accounts.invitations.facts import record_invite_sent
from portal.accounts.invitations.letters import mail_invitation
from portal.accounts.models import Company, Membership, OneTimeToken, User
from portal.accounts.people.facts import record_person_changed
from portal.accounts.roles import CUSTOMER_ROLES
from portal.accounts.sign_in.use_cases.credentials import set_password
from portal.accounts.sign_in.use_cases.one_time import INVITATION, DeadLink, consume_link, issue_link
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected

# A database function: a customer's request sees nobody outside of its company (migration 0012).
_PERSON = text("select person_to_invite(:email, :name)")


def invite(
    session: Session, *, actor: Actor, email: str, name: str, role: str, public_url: str | None, now: datetime
) -> User:
    """Invite somebody to the actor's company, by mail. Nothing tells whether the address is known elsewhere: staff and
    people who are locked out everywhere are invited, too. Their mail says that they cannot join, and has no link.

    :param public_url: None if no mail goes, because other companies have sent this address enough of them today.
    :raises Rejected: if there is no such role, or the person is in the company already.
    """
    if role not in CUSTOMER_ROLES:
        raise Rejected("no_role", "Choose a role.", field="role")
    user_id = session.execute(_PERSON, {"email": email, "name": name}).scalar_one()
    if not _add_invited(session, user_id, actor.company_id, role, now):
        raise Rejected(
            "there_already", "This person is in your list already. Change them there.", field="email"
        )
    user = session.get_one(User, user_id)
    _send(session, actor=actor, user=user, role=role, public_url=public_url, now=now)
    return user


def resend_invitation(
    session: Session, *, actor: Actor, user_id: int, public_url: str | None, now: datetime
) -> User:
    """Send an invitation again; the link in the earlier mail stops working.

    :param public_url: None if no mail goes, as in :func:`invite`.
    :raises NotFound: if the person has no open invitation to the actor's company.
    """
    membership = session.get(Membership, (user_id, actor.company_id), with_for_update=True)
    if membership is None or membership.invited_at is None:
        raise NotFound
    membership.invited_at = now
    user = session.get_one(User, user_id)
    _send(session, actor=actor, user=user, role=membership.role, public_url=public_url, now=now)
    return user


def accept_invitation(
    session: Session,
    *,
    token: str,
    name: str | None,
    password: str | None,
    now: datetime,
    sellers: Iterable[str] = (),
) -> tuple[User, bool]:
    """Accept an invitation. Somebody new chooses a name and a password; somebody with a password just joins.

    Returns the person, and whether they are new (they may be signed in at once: they control the mailbox
    and the password).

    :param sellers: the seller's names, which make no good password.
    :raises DeadLink: if the link has been used, withdrawn or has expired.
    :raises Rejected: if the name is missing or the password is weak.
    """
    row = consume_link(session, purpose=INVITATION, token=token, now=now)
    user = session.get_one(User, row.user_id, with_for_update=True)
    if user.disabled_at is not None or (user.kind != "customer" and row.company_id is not None):
        raise DeadLink
    is_new = user.password_hash is None
    if is_new:
        if not name:
            raise Rejected("no_name", "Enter your name.", field="name")
        user.name = name
        set_password(session, user=user, password=password or "", now=now, sellers=sellers)
    if row.company_id is not None:
        _join(session, user, row, now)
    return user, is_new


def _add_invited(session: Session, user_id: int, company_id: int | None, role: str, now: datetime) -> bool:
    """False if the person is in the company already."""
    values = {"role": role, "disabled_at": now, "invited_at": now}
    placed = session.scalar(
        insert(Membership)
        .values(user_id=user_id, company_id=company_id, **values)
        .on_conflict_do_update(
            index_elements=["user_id", "company_id"], set_=values, where=Membership.invited_at.is_not(None)
        )
        .returning(Membership.user_id)
    )
    return placed is not None


def _join(session: Session, user: User, row: OneTimeToken, now: datetime) -> None:
    membership = session.get(Membership, (user.id, row.company_id), with_for_update=True)
    company = session.get(Company, row.company_id)
    if membership is None or company is None:
        raise DeadLink
    if membership.invited_at is None or company.disabled_at is not None:
        raise DeadLink
    membership.disabled_at = membership.invited_at = None
    actor = actor_of(user, company, membership.role)
    record_person_changed(session, actor, membership, "joined", version=f"{row.id}", now=now)


def _send(
    session: Session, *, actor: Actor, user: User, role: str, public_url: str | None, now: datetime
) -> None:
    issued = issue_link(
        session,
        purpose=INVITATION,
        user_id=user.id,
        company_id=actor.company_id,
        created_by=actor.user_id,
        now=now,
    )
    if public_url is not None:
        mail_invitation(session, user, actor=actor, role=role, issued=issued, public_url=public_url)
    record_invite_sent(session, user, role=role, actor=actor, link_id=issued.id, now=now)
