"""What signing in, resetting and changing a password share: counted tries, and the answers to refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from flask import current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import User
from portal.accounts.pages import Answer
from portal.accounts.second_factors.use_cases.second_step import begin_pending
from portal.accounts.sign_in.facts import SignInFailed
from portal.accounts.sign_in.queries import user_id_of
from portal.accounts.sign_in.use_cases.guesses import Bucket, Comer, Guess, admit_guess, buckets_of
from portal.accounts.sign_in.use_cases.one_time import DeadLink
from portal.accounts.sign_in.use_cases.sign_in import Browser, sign_in
from portal.accounts.sign_in.use_cases.throttle import Limit, TooManyTries, admit
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected
from portal.web.browser.session_cookie import set_cookie
from portal.web.browser.visitor import host_of, known_browser, network_of, remember_browser
from portal.web.sessions import session_token, visit
from portal.web.touch import viewed
from portal.web.transaction import book_sessions, db, now

HOME = "/"
# In the signed cookie of form tokens: the sign-in that still owes its second factor.
PENDING = "pending_sign_in"


def network() -> str:
    """The network that this request comes from."""
    return network_of(request.remote_addr)


def public_url() -> str:
    """The portal's address, as links in mails begin with it."""
    url: str = current_app.extensions["settings"].public_url
    return url


def sellers() -> list[str]:
    """The seller's names, which make no good passwords: its own, and that of the portal's address."""
    settings: Settings = current_app.extensions["settings"]
    return [settings.seller_name, urlsplit(settings.public_url).hostname or ""]


def count_try(limit: Limit, email: str) -> None:
    """Count a try in a transaction of its own, so that it counts even if the request is rolled back.

    :raises TooManyTries: if there were too many before it.
    """
    with transaction(book_sessions()) as aside:
        admit(aside, limit=limit, email=email, network=network(), now=now())


def count_guess(buckets: Sequence[Bucket]) -> Guess:
    """Count a password that is tried, in a transaction of its own.

    :raises TooManyTries: if it has to wait, because too many were wrong before it.
    """
    with transaction(book_sessions()) as aside:
        return admit_guess(aside, buckets, now=now())


def comers_buckets(email: str) -> list[Bucket]:
    """Where a try to sign in from this browser is counted."""
    comer = Comer(email, host_of(request.remote_addr), network(), known_browser(email))
    return buckets_of(comer)


def record_failure(no: Rejected, method: str, email: str = "") -> None:
    """Record a failed sign-in, with the person of the address if there is one.

    :param method: how it was tried.
    """
    match no:
        case TooManyTries():
            reason = "throttled"
        case DeadLink():
            reason = "expired"
        case _:
            reason = "wrong"
    tried = user_id_of(db(), email) if email else visit().actor.user_id
    fact = SignInFailed(reason=reason, method=method, network=network(), user_id=tried)
    viewed(fact, outcome=no.outcome, error_code=no.code)


def refused(no: Rejected, page: str) -> Answer:
    """A page that shows a refusal: 429 after too many tries, otherwise 422."""
    if isinstance(no, TooManyTries):
        return page, 429, {"Retry-After": str(no.retry_after)}
    return page, 422


def renew_form_secret() -> None:
    """Forget the secret behind form tokens: tokens from before a sign-in must not work after it."""
    session.clear()
    g.pop("csrf_token", None)


def dead_link(method: str) -> Answer:
    """The page for a link that has been used, withdrawn or has expired."""
    record_failure(DeadLink(), method)
    return render_template("accounts/sign_in/dead_link.html", method=method), 410


def start_session(user: User, onward: str, *, method: str, proved: bool = False) -> Response:
    """Begin the person's session in this browser and go on to ``onward``; without a company, to the page that
    explains that. Somebody with a second factor is asked for it first, unless it was ``proved``."""
    if user.second_factor_at is not None and not proved:
        return _ask_second_factor(user, onward, method)
    settings: Settings = current_app.extensions["settings"]
    lifetime = timedelta(days=settings.session_max_days)
    browser = Browser(request.user_agent.string, network(), session_token())
    new = sign_in(
        db(), user=user, browser=browser, now=now(), lifetime=lifetime, method=method, second_factor=proved
    )
    at_home = new.actor.is_staff or new.actor.company_id is not None
    answer = redirect(onward if at_home else url_for("accounts.context"))
    renew_form_secret()
    set_cookie(answer, new.token)
    remember_browser(answer, user.email)
    return answer


def _ask_second_factor(user: User, onward: str, method: str) -> Response:
    token = begin_pending(db(), user=user, method=method, onward=onward, now=now())
    renew_form_secret()
    session[PENDING] = token
    return redirect(url_for("accounts.second_factor"))
