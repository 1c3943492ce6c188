"""Who somebody is, and the session that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session, undefer

from portal.accounts.actors import actor_of
from portal.accounts.models import Company, User, UserSession
from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.facts import SignedIn, SignedOut
from portal.accounts.sign_in.use_cases import sessions
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.tokens import new_token, token_hash
from portal.touchpoints.recording import Event, record

MISMATCH = "That e-mail address and password don't belong together. Check both, or ask for a new password."

# The company of the last visit if the person still works there, else the first by name; with it the
# store and job of the last visit.
_START = text("""
with mine as (
  select c.id, c.name, (array_agg(m.role order by m.company_id = c.id desc))[1] as role
    from membership m join company c on c.id = m.company_id or c.parent_id = m.company_id
   where m.user_id = :user_id and m.disabled_at is null and c.disabled_at is null
   group by c.id
), last_visit as (
  select company_id, store_id, job_id from user_session
   where user_id = :user_id and company_id is not null order by id desc limit 1
)
select mine.id as company_id, mine.role, v.store_id, v.job_id
  from mine left join last_visit v on v.company_id = mine.id
 order by v.company_id is null, mine.name, mine.id limit 1
""")


@dataclass(frozen=True)
class NewSession:
    """A new session: ``token`` goes into the cookie and is kept nowhere else."""

    token: str
    actor: Actor


def authenticate(session: Session, *, email: str, password: str) -> User:
    """The person whose password this is. Unknown, disabled and mistaken get the same answer after the same work.

    :raises Rejected: ``no_match``.
    """
    wanted = select(User).where(User.email == email.strip().lower())
    user = session.scalar(wanted.options(undefer(User.password_hash)))
    fits = passwords.verify(user.password_hash if user else None, password)
    if user is None or not fits or user.disabled_at is not None:
        raise Rejected("no_match", MISMATCH, outcome="denied")
    if passwords.needs_rehash(user.password_hash or ""):
        user.password_hash = passwords.hash_password(password)
    return user


def sign_in(
    session: Session,
    *,
    user: User,
    device: str,
    network: str,
    now: datetime,
    lifetime: timedelta,
    previous_token: str = "",
    method: str = "password",
) -> NewSession:
    """Begin a new session with a new token; whatever this browser held before ends.

    :param previous_token: the browser's cookie, perhaps planted by somebody else.
    :param method: how it was proven who it is: password or invitation.
    :param lifetime: after which the session ends, however busy it is.
    """
    if previous_token:
        sessions.end_token(session, token=previous_token, now=now)
    throttling.forgive(session, limit=throttling.SIGN_IN, email=user.email)
    company, role, store_id, job_id = None, None, None, None
    if user.kind == "customer":
        start = session.execute(_START, {"user_id": user.id}).mappings().one_or_none()
        if start is not None:
            company = session.get_one(Company, start["company_id"])
            role, store_id, job_id = start["role"], start["store_id"], start["job_id"]
    token = new_token()
    row = UserSession(
        token_hash=token_hash(token),
        user_id=user.id,
        company_id=company.id if company else None,
        store_id=store_id,
        job_id=job_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + lifetime,
        user_agent=device[:300],
        network=network,
    )
    session.add(row)
    session.flush()
    actor = actor_of(user, company, role, session_id=row.id)
    record(
        session,
        Event(
            SignedIn(method=method, network=network),
            actor=actor,
            now=now,
            key=f"signed_in:{row.id}",
            account_id=actor.company_id,
        ),
    )
    return NewSession(token, actor)


def sign_out(session: Session, *, actor: Actor, now: datetime) -> None:
    """End the actor's session; a copy of its cookie is dead from now on. A stay in a customer's account ends too."""
    if actor.session_id is None:
        return
    sessions.end(session, user_id=actor.user_id, only=actor.session_id, now=now)
    _note_end(session, actor, f"{actor.session_id}", "own_choice", 1, now)


def sign_out_elsewhere(
    session: Session, *, actor: Actor, now: datetime, session_id: int | None = None
) -> int:
    """End another session of the actor's, or all others. Returns how many ended.

    :raises NotFound: the one named is not the actor's, or is over already.
    """
    ended = sessions.end(session, user_id=actor.user_id, only=session_id, but=actor.session_id, now=now)
    if session_id is not None and ended == 0:
        raise NotFound
    if ended:
        key = f"{session_id}" if session_id else f"others-{actor.session_id}-{now.isoformat()}"
        _note_end(session, actor, key, "elsewhere", ended, now)
    return ended


def _note_end(session: Session, actor: Actor, key: str, reason: str, count: int, now: datetime) -> None:
    record(
        session,
        Event(
            SignedOut(reason=reason, sessions=count),
            actor=actor,
            now=now,
            key=f"signed_out:{key}",
            account_id=actor.company_id,
        ),
    )
