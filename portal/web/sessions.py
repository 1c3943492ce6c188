"""Who is asking: the session row behind the cookie, read in one statement together with all that every
page needs (person, company, role, store, job, acting, size of the current draft).

The same statement hands the rest of the transaction over to row-level security: a customer's request goes
on as the role ``portal_customer``, which sees its company's rows only.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from flask import Flask, Request, current_app, flash, g, request, url_for
from flask_login import LoginManager
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.actors import actor_of_session
from portal.accounts.delegations.use_cases import end_delegations
from portal.accounts.sight import in_customer_account, stands
from portal.foundation.actor import ANONYMOUS, Actor
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.foundation.tokens import token_hash
from portal.web.browser.cookies import cookie_name
from portal.web.browser.session_cookie import COOKIE
from portal.web.htmx import go
from portal.web.scope import SIGN_IN, scope_of
from portal.web.transaction import db, now, only_reads
from portal.web.urls import came_from

log = structlog.get_logger(__name__)

# Often enough for "last seen" and for expiry, seldom enough to cost nothing.
SEEN_EVERY = timedelta(minutes=5)
SEEN = text("update user_session set last_seen_at = greatest(last_seen_at, :now) where id = :id")
LEAVE = text("""
update user_session set delegation_id = null, store_id = null, job_id = null
 where id = :id and delegation_id = :held
""")

# A company that is disabled, or where the person no longer has a standing, counts as none: the visit continues without
# one. The role is that of the person something is done for: of who is signed in, or of whom a rep acts for. A stay in a
# customer's account (delegation) ends when its hour is over, consent is withdrawn, the rep is no longer assigned to the
# company, or the person acted for has left it.
WHO = text(f"""
select s.id as session_id, s.last_seen_at, s.delegation_id as held_delegation_id,
       coalesce(s.confirmed_at, s.created_at) as confirmed_at, s.second_factor_at,
       u.second_factor_at is not null as has_second_factor, c.second_factor_required,
       u.id as user_id, u.kind, u.name, u.email, u.time_zone, u.language, u.store_id as staff_store_id,
       c.id as company_id, c.name as company_name, c.currency, c.po_mode, c.role,
       st.id as store_id, st.name as store_name, j.id as job_id, j.name as job_name,
       d.id as delegation_id, d.subject_user_id, d.reason, d.expires_at as delegation_ends, d.subject_name,
       (select count(*) + coalesce(sum((select count(*) from company b where b.parent_id = mm.company_id)), 0)
          from membership mm where mm.user_id = u.id and mm.disabled_at is null) as companies,
       (select count(*) from draft_line l join draft f on f.id = l.draft_id
         where f.company_id = c.id and f.owner_user_id = u.id and f.state = 'current'
           and f.subject_user_id = coalesce(d.subject_user_id, u.id)) as draft_lines,
       coalesce(k.in_minute, 0) as lookups_in_minute, coalesce(k.in_hour, 0) as lookups_in_hour,
       {SIGN_IN}
  from user_session s
  join app_user u on u.id = s.user_id and u.disabled_at is null
  left join lateral (
       select dd.id, dd.company_id, dd.subject_user_id, dd.reason, dd.expires_at, du.name as subject_name
         from delegation dd
         join company dc on dc.id = dd.company_id and dc.disabled_at is null and dc.acting_consent
         join app_user du on du.id = dd.subject_user_id and du.disabled_at is null
        where dd.id = s.delegation_id and dd.actor_user_id = u.id and dd.ended_at is null
          and dd.expires_at > :now
          and exists (select from rep_assignment a where a.user_id = u.id and a.company_id = dc.id)
          and exists (select from membership dm where dm.user_id = du.id and {stands("dm", "dc")})) d on true
  left join lateral (
       select cc.id, cc.name, cc.currency, cc.po_mode, cc.home_store_id, x.role,
              cc.second_factor_required or exists (
                select from company pp where pp.id = cc.parent_id and pp.second_factor_required
              ) as second_factor_required
         from company cc
         join membership x on x.user_id = case when u.kind = 'customer' then u.id else d.subject_user_id end
                          and {stands("x", "cc")}
        where cc.id = case when u.kind = 'customer' then s.company_id else d.company_id end
          and cc.disabled_at is null) c on true
  left join lateral (
       select sum(l.many) as in_hour, sum(l.many) filter (where l.minute = :minute) as in_minute
         from staff_lookup l where u.kind <> 'customer' and l.user_id = u.id and l.minute >= :hour) k on true
  left join store st on st.id = coalesce(s.store_id, c.home_store_id)
  left join company_job j on j.id = s.job_id and j.company_id = c.id and j.closed_at is null
 where s.token_hash = :token_hash and s.ended_at is null and s.expires_at > :now
   and s.last_seen_at > case when u.kind = 'customer' then :idle else :staff_idle end
""")


@dataclass(frozen=True)
class Visit:
    """What one request knows about the person behind it; ``actor`` is what use cases are given."""

    actor: Actor
    session_id: int | None = None
    last_seen_at: datetime | None = None
    store_id: int | None = None
    store_name: str | None = None
    job_id: int | None = None
    job_name: str | None = None
    currency: str = "USD"
    po_mode: str = "free"
    companies: int = 0  # in which the person works, and branches of theirs
    draft_lines: int = 0
    lookups: tuple[int, int] = (0, 0)  # pages with customers' data opened by staff, in this minute and hour
    delegation_ends: datetime | None = None
    # The stay in a customer's account that the session's row names, running or over.
    held_delegation_id: int | None = None
    # The last proof in this session of who it is; since when with a second factor; the company or its parent needs one.
    confirmed_at: datetime | None = None
    second_factor_at: datetime | None = None
    has_second_factor: bool = False
    second_factor_required: bool = False

    @property
    def stay_is_over(self) -> bool:
        """The session still holds a stay in a customer's account, but its hour is over or it was withdrawn."""
        return self.held_delegation_id is not None and not self.actor.is_acting

    # Flask-Login asks these of its user object.
    @property
    def is_authenticated(self) -> bool:
        return self.actor.user_id is not None

    @property
    def is_active(self) -> bool:
        return self.is_authenticated

    @property
    def is_anonymous(self) -> bool:
        return not self.is_authenticated

    def get_id(self) -> str:
        return str(self.actor.user_id or "")


NOBODY = Visit(ANONYMOUS)


def visit() -> Visit:
    """The current request's visit, loaded at most once."""
    known: Visit | None = g.get("visit")
    if known is None:
        known = _load(session_token())
        g.visit = known
    return known


def actor() -> Actor:
    """Who is asking, ready to be passed to a use case."""
    return visit().actor


def session_token() -> str:
    """The session token that the browser sent; empty for none."""
    return request.cookies.get(cookie_name(COOKIE, current_app.extensions["settings"]), "")


def _load(token: str) -> Visit:
    if not token:
        return NOBODY
    settings: Settings = current_app.extensions["settings"]
    moment = now()
    asked = {
        "token_hash": token_hash(token),
        "now": moment,
        "minute": moment.replace(second=0, microsecond=0),
        "hour": moment.replace(minute=0, second=0, microsecond=0),
        "idle": moment - timedelta(hours=settings.session_idle_hours),
        "staff_idle": moment - timedelta(hours=settings.staff_idle_hours),
    }
    row = db().execute(WHO, asked).mappings().one_or_none()
    if row is None:
        return NOBODY
    found = _visit(row)
    g.scope = scope_of(found.actor)
    return found


def _visit(row: Any) -> Visit:
    return Visit(
        actor=actor_of_session(row),
        session_id=row["session_id"],
        last_seen_at=row["last_seen_at"],
        store_id=row["store_id"],
        store_name=row["store_name"],
        job_id=row["job_id"],
        job_name=row["job_name"],
        currency=row["currency"] or "USD",
        po_mode=row["po_mode"] or "free",
        companies=row["companies"],
        draft_lines=row["draft_lines"],
        lookups=(row["lookups_in_minute"], row["lookups_in_hour"]),
        delegation_ends=row["delegation_ends"],
        held_delegation_id=row["held_delegation_id"],
        confirmed_at=row["confirmed_at"],
        second_factor_at=row["second_factor_at"],
        has_second_factor=row["has_second_factor"],
        second_factor_required=bool(row["second_factor_required"]),
    )


def sign_in_again() -> str:
    """Where to sign in and come back to the page that was being worked on."""
    back = came_from()
    return url_for("accounts.sign_in", next=back if back and not back.startswith("/sign-in") else None)


def _guide() -> Response | None:
    """Redirect those who cannot continue: a rep whose hour in a customer's account is over, a person without a company."""
    permission = getattr(current_app.view_functions.get(request.endpoint or ""), "permission", "public")
    if permission == "public" or request.blueprint == "accounts_staff":
        return None
    seen = visit()
    if seen.stay_is_over:
        message = "Your time in the customer's account is over. You are back in your own."
        flash(message if only_reads() else f"{message} What you just sent was not done.", "warn")
        g.stay_noticed = True
        goes_on = only_reads() and seen.actor.can(permission)
        return None if goes_on else go("/")
    homeless = in_customer_account(seen.actor) and seen.actor.company_id is None
    if homeless and only_reads() and not seen.actor.can(permission):
        return go(url_for("accounts.context"))
    return None


def _after(response: Response) -> Response:
    if response.status_code == 401 and request.headers.get("HX-Request"):
        response.headers["HX-Redirect"] = sign_in_again()
    seen: Visit | None = g.get("visit")
    if seen is None or seen.session_id is None:
        return response
    moment = now()
    stale = seen.last_seen_at is None or moment - seen.last_seen_at > SEEN_EVERY
    if stale or g.get("stay_noticed"):
        sessions = current_app.extensions["sessions"]
        finish = partial(_update_last_seen, sessions, seen, moment, bool(g.get("stay_noticed")))
        # In a separate context: this is no longer part of the request that is counted and logged.
        response.call_on_close(lambda: contextvars.Context().run(finish))
    return response


def _update_last_seen(
    sessions: Callable[[], Session], seen: Visit, moment: datetime, stay_noticed: bool
) -> None:
    """After the response has left: when the session was last used, and the end of an expired stay."""
    try:
        with transaction(sessions) as session:
            session.execute(SEEN, {"id": seen.session_id, "now": moment})
            if stay_noticed and seen.held_delegation_id is not None:
                end_delegations(session, ids=[seen.held_delegation_id], now=moment)
                session.execute(LEAVE, {"id": seen.session_id, "held": seen.held_delegation_id})
    except SQLAlchemyError:
        log.exception("the session's last use was not stored")


def install(app: Flask) -> None:
    """Put Flask-Login over our session rows: ``current_user`` is the visit."""
    manager = LoginManager()
    manager.session_protection = None  # the row is the session; there is no second one to protect
    manager.init_app(app)
    app.before_request(_guide)
    app.after_request(_after)

    @manager.request_loader
    def load(_: Request) -> Visit | None:
        found = visit()
        return found if found.is_authenticated else None
