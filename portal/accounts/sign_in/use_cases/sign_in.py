"""Authenticating a person, and the session that follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session, undefer

from portal.accounts.actors import actor_of
from portal.accounts.models import Company, User, UserSession
from portal.accounts.sight import stands
from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.facts import SignedIn
from portal.accounts.sign_in.queries import someones_hash
from portal.accounts.sign_in.use_cases.sessions import end_session_of_token
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token, token_hash
from portal.touchpoints.recording import Event, record

MISMATCH = "That e-mail address and password don't belong together. Check both, or ask for a new password."

# The company of the last session if the person still belongs to it, else the first by name; with it the
# store and job of that session.
_START = text(f"""
with mine as (
  select c.id, c.name, m.role
    from membership m join company c on c.id = m.company_id or c.parent_id = m.company_id
   where m.user_id = :user_id and {stands("m", "c")} and c.disabled_at is null
), last_visit as (
  select company_id, store_id, job_id from user_session
   where user_id = :user_id and company_id is not null order by id desc limit 1
)
select mine.id as company_id, mine.role, v.store_id, v.job_id
  from mine left join last_visit v on v.company_id = mine.id
 order by v.company_id is null, mine.name, mine.id limit 1
""")


@dataclass(frozen=True)
class Browser:
    """What a request says about its browser; ``token`` is its session cookie, perhaps planted by somebody else."""

    user_agent: str
    network: str
    token: str = ""


@dataclass(frozen=True)
class NewSession:
    """A new session; ``token`` goes into the cookie and is stored nowhere else."""

    token: str
    actor: Actor


@dataclass(frozen=True)
class _Start:
    """The company, role, store and job that a session begins with."""

    company: Company | None = None
    role: str | None = None
    store_id: int | None = None
    job_id: int | None = None


def authenticate(session: Session, *, email: str, password: str, secret: str) -> User:
    """The person whose password this is. An unknown address, a disabled person and a wrong password get the same
    answer after the same work: an unknown address costs what one of the stored hashes costs, always the same one.

    :param secret: the portal's, so that nobody can foresee which one.
    :raises Rejected: if they do not match.
    """
    wanted = select(User).where(User.email == email)
    user = session.scalar(wanted.options(undefer(User.password_hash)))
    like = someones_hash(session, email, secret)
    matches = passwords.verify(user.password_hash if user else None, password, like=like)
    if user is None or not matches or user.disabled_at is not None:
        raise Rejected("no_match", MISMATCH, outcome="denied")
    if passwords.needs_rehash(user.password_hash or "", password):
        user.password_hash = passwords.hash_password(password)
    return user


def sign_in(
    session: Session,
    *,
    user: User,
    browser: Browser,
    now: datetime,
    lifetime: timedelta,
    method: str = "password",
    second_factor: bool = False,
) -> NewSession:
    """Begin a new session with a new token; the session that the browser held before ends.

    :param method: how the person proved who they are: password, passkey or invitation.
    :param second_factor: whether with a second factor, too.
    :param lifetime: after which the session ends, even if it is in use.
    """
    if browser.token:
        end_session_of_token(session, token=browser.token, now=now)
    start, token = _start(session, user), new_token()
    row = _new_row(user, start, browser, token)
    row.created_at = row.last_seen_at = row.confirmed_at = now
    row.second_factor_at = now if second_factor else None
    row.expires_at = now + lifetime
    session.add(row)
    session.flush()
    actor = actor_of(user, start.company, start.role, session_id=row.id)
    _record_sign_in(session, actor, SignedIn(method=method, network=browser.network), now)
    return NewSession(token, actor)


def _start(session: Session, user: User) -> _Start:
    if user.kind != "customer":
        return _Start()
    row = session.execute(_START, {"user_id": user.id}).mappings().one_or_none()
    if row is None:
        return _Start()
    company = session.get_one(Company, row["company_id"])
    return _Start(company, row["role"], row["store_id"], row["job_id"])


def _new_row(user: User, start: _Start, browser: Browser, token: str) -> UserSession:
    return UserSession(
        token_hash=token_hash(token),
        user_id=user.id,
        company_id=start.company.id if start.company else None,
        store_id=start.store_id,
        job_id=start.job_id,
        user_agent=browser.user_agent[:300],
        network=browser.network,
    )


def _record_sign_in(session: Session, actor: Actor, fact: SignedIn, now: datetime) -> None:
    key = f"signed_in:{actor.session_id}"
    record(session, Event(fact, actor=actor, now=now, key=key, account_id=actor.company_id))
