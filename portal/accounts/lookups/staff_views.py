"""What staff look at is counted, and refused when it is too much; administrators see who looked at how much."""

from __future__ import annotations

import contextvars
from collections.abc import Callable

import structlog
from flask import Response, current_app, g, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.accounts.lookups.queries import DAYS, lookups_by_person
from portal.accounts.lookups.rules import Limits, Wait, wait_for
from portal.accounts.lookups.use_cases import count_lookup, refuse_lookup
from portal.accounts.pages import Answer, staff_blueprint
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.page import public_url
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.web.access import needs, request_permission
from portal.web.errors import error_page
from portal.web.sessions import visit
from portal.web.transaction import db, now, only_reads

log = structlog.get_logger(__name__)

# Pages on which staff search for and read customers. The counter works off its own orders, and a rep in a customer's
# account has said why.
COUNTED = frozenset({"customers:read", "lookup:use", "billing:read", "billing:manage"})
HEADING = "That is a lot at once"


@staff_blueprint.get("/staff/lookups", endpoint="lookups")
@needs("staff:manage")
def show_lookups() -> Answer:
    """Who opened how many pages with customers' data, and who was refused more."""
    return render_template(
        "accounts/lookups/lookups.html",
        rows=lookups_by_person(db(), now=now()),
        limits=_limits(),
        days=DAYS,
        role_labels=ROLE_LABELS,
    )


@staff_blueprint.before_app_request
def refuse_too_many() -> tuple[str, int, dict[str, str]] | None:
    """Answer 429 after too many look-ups of one person."""
    if not _is_counted():
        return None
    in_minute, in_hour = visit().lookups
    wait = wait_for(_limits(), in_minute=in_minute, in_hour=in_hour, now=now())
    if wait is None:
        return None
    g.lookup_refused = wait
    page, status = error_page(429, wait.words, HEADING)
    return page, status, {"Retry-After": str(wait.seconds)}


@staff_blueprint.after_app_request
def count_after(response: Response) -> Response:
    """Count once the response has left; what was not found counts, too: codes can be tried one after the other."""
    if response.status_code < 500 and _is_counted():
        finish = _finish(g.get("lookup_refused"))
        response.call_on_close(lambda: contextvars.Context().run(finish))
    return response


def _is_counted() -> bool:
    if not only_reads() or request.endpoint is None or request_permission() not in COUNTED:
        return False
    who = visit().actor
    return who.is_staff and not who.is_acting


def _finish(wait: Wait | None) -> Callable[[], None]:
    sessions: Callable[[], Session] = current_app.extensions["sessions"]
    actor, moment = visit().actor, now()
    link = public_url() + url_for("accounts_staff.lookups")

    def finish() -> None:
        try:
            with transaction(sessions) as session:
                if wait is None:
                    count_lookup(session, actor=actor, now=moment)
                else:
                    refuse_lookup(session, actor=actor, wait=wait, link=link, now=moment)
        except SQLAlchemyError:
            log.exception("a look-up was not counted", actor_id=actor.user_id)

    return finish


def _limits() -> Limits:
    settings: Settings = current_app.extensions["settings"]
    return Limits(settings.lookups_per_minute, settings.lookups_per_hour)
