"""What signing in, resetting and changing a password share: counted tries, and how a refusal is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import User
from portal.accounts.pages import Answer
from portal.accounts.sign_in.facts import SignInFailed
from portal.accounts.sign_in.networks import network_of
from portal.accounts.sign_in.use_cases import one_time
from portal.accounts.sign_in.use_cases import sign_in as signing_in
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected
from portal.web.sessions import COOKIE, set_cookie
from portal.web.touch import viewed
from portal.web.transaction import book_sessions, db, now

REASONS = {"too_many_tries": "throttled", "dead_link": "expired"}


def network() -> str:
    """The network this request comes from."""
    return network_of(request.remote_addr)


def count_try(limit: throttling.Limit, email: str) -> None:
    """Count a try for good, in a transaction of its own: the request that follows may be rolled back."""
    with transaction(book_sessions()) as aside:
        throttling.admit(aside, limit=limit, email=email, network=network(), now=now())


def note_failure(no: Rejected, method: str) -> None:
    """Leave a touchpoint of a sign-in that failed, in whatever way it was tried."""
    reason = REASONS.get(no.code, "wrong")
    viewed(
        SignInFailed(reason=reason, method=method, network=network()), outcome=no.outcome, error_code=no.code
    )


def refused(no: Rejected, form: Any, template: str, **values: Any) -> Answer:
    """The form again with the reason: 429 for too many tries, otherwise 422."""
    form.refuse(no)
    page = render_template(template, form=form, **values)
    if no.code == "too_many_tries":
        return page, 429, {"Retry-After": str(no.details["retry_after"])}
    return page, 422


def fresh_form_secret() -> None:
    """Forget the secret that form tokens are made from: one of before this sign-in must not serve after it."""
    session.clear()
    g.pop("csrf_token", None)


def dead_link(method: str) -> Answer:
    """What to do with a link that has been used, withdrawn or left lying too long."""
    note_failure(Rejected("dead_link", one_time.DEAD_LINK, outcome="denied"), method)
    return render_template("accounts/sign_in/dead_link.html", method=method), 410


HOME = "/"


def let_in(user: User, onward: str, *, method: str) -> Response:
    """Begin the person's session in this browser and go on; without a company, to the page that explains that."""
    settings: Settings = current_app.extensions["settings"]
    begun = signing_in.sign_in(
        db(),
        user=user,
        device=request.user_agent.string,
        network=network(),
        now=now(),
        lifetime=timedelta(days=settings.session_max_days),
        previous_token=request.cookies.get(COOKIE, ""),
        method=method,
    )
    at_home = begun.actor.is_staff or begun.actor.company_id is not None
    answer = redirect(onward if at_home else url_for("accounts.context"))
    fresh_form_secret()
    set_cookie(answer, begun.token)
    return answer
