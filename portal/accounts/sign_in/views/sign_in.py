"""Signing in and out."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.pages import Answer, blueprint
from portal.accounts.second_factors.page import site
from portal.accounts.sign_in.forms import SignInForm
from portal.accounts.sign_in.page import (
    HOME,
    comers_buckets,
    count_guess,
    record_failure,
    refused,
    renew_form_secret,
    start_session,
)
from portal.accounts.sign_in.use_cases.guesses import take_back
from portal.accounts.sign_in.use_cases.sign_in import authenticate
from portal.accounts.sign_in.use_cases.sign_out import sign_out
from portal.web.access import public
from portal.web.browser.session_cookie import clear_cookie
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now, only_reads
from portal.web.urls import local_path


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@public
def sign_in_form() -> Answer:
    """Ask who it is, then go on to ``next`` if that is an address of ours."""
    onward = local_path(request.values.get("next"), HOME)
    form = SignInForm()
    if only_reads():
        if visit().is_authenticated:
            return redirect(onward)
        form.next.data = onward if onward != HOME else ""
        return _page(form)
    if not form.validate_on_submit():
        return _page(form), 422
    email, secret = form.email.data, current_app.config["SECRET_KEY"]
    with refusing(form) as tried:
        guess = count_guess(comers_buckets(email))
        user = authenticate(db(), email=email, password=form.password.data, secret=secret)
        take_back(db(), guess)
    if (no := tried.refused) is not None:
        record_failure(no, "password", email)
        return refused(no, _page(form))
    return start_session(user, onward, method="password")


@blueprint.post("/sign-out", endpoint="sign_out")
@public
def sign_out_form() -> Response:
    """End this browser's session, if it still has one."""
    sign_out(db(), actor=actor(), now=now())
    renew_form_secret()
    answer = redirect(url_for("accounts.sign_in"))
    clear_cookie(answer)
    return answer


def _page(form: SignInForm) -> str:
    return render_template("accounts/sign_in/sign_in.html", form=form, passkeys=site().takes_passkeys)
