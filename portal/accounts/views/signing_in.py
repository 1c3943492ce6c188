"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts.forms import SignInForm
from portal.accounts.networks import network_of
from portal.accounts.use_cases import signing_in, throttling
from portal.accounts.views import blueprint
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected
from portal.web.access import public
from portal.web.sessions import COOKIE, actor, clear_cookie, set_cookie, visit
from portal.web.touch import viewed
from portal.web.transaction import db, now
from portal.web.urls import local_path

HOME = "/"
Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """Ask who it is; afterwards go on to ``next``, if that is an address of ours."""
    onward = local_path(request.values.get("next"), HOME)
    form = SignInForm()
    if request.method == "GET":
        if visit().is_authenticated:
            return redirect(onward)
        form.next.data = request.args.get("next")
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422
    try:
        signed_in = _sign_in(form)
    except Rejected as no:
        return refused(no, form, "accounts/sign_in.html")
    answer = redirect(
        onward if signed_in.actor.company_id or signed_in.actor.is_staff else url_for(".context")
    )
    fresh_form_secret()
    set_cookie(answer, signed_in.token)
    return answer


def _sign_in(form: SignInForm) -> signing_in.SignedIn:
    settings: Settings = current_app.extensions["settings"]
    network = network_of(request.remote_addr)
    count_try(throttling.SIGN_IN, form.email.data)
    user = signing_in.authenticate(db(), email=form.email.data, password=form.password.data)
    return signing_in.sign_in(
        db(),
        user=user,
        device=request.user_agent.string,
        network=network,
        now=now(),
        lifetime=timedelta(days=settings.session_max_days),
        previous_token=request.cookies.get(COOKIE, ""),
    )


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session, if it still has one."""
    signing_in.sign_out(db(), actor=actor(), now=now())
    fresh_form_secret()
    answer = redirect(url_for("accounts.sign_in"))
    clear_cookie(answer)
    return answer


def count_try(limit: throttling.Limit, email: str) -> None:
    """Count a try for good, in a transaction of its own: the request that follows may be rolled back."""
    with transaction(current_app.extensions["sessions"]) as aside:
        throttling.admit(aside, limit=limit, email=email, network=network_of(request.remote_addr), now=now())


def refused(no: Rejected, form: Any, template: str) -> Answer:
    """The form again with the reason: 429 for too many tries, otherwise 422."""
    viewed("sign_in_failed", outcome=no.outcome, error_code=no.code)
    form.refuse(no)
    page = render_template(template, form=form)
    if no.code == "too_many_tries":
        return page, 429, {"Retry-After": str(no.details["retry_after"])}
    return page, 422


def fresh_form_secret() -> None:
    """Forget the secret that form tokens are made from: one of before this sign-in must not serve after it."""
    session.clear()
    g.pop("csrf_token", None)
