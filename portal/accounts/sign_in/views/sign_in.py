"""Signing in and out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.pages import Answer, blueprint
from portal.accounts.sign_in.forms import SignInForm
from portal.accounts.sign_in.page import HOME, count_try, fresh_form_secret, let_in, note_failure, refused
from portal.accounts.sign_in.use_cases import sign_in as signing_in
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.web.access import public
from portal.web.refusals import refusing
from portal.web.sessions import actor, clear_cookie, visit
from portal.web.transaction import db, now
from portal.web.urls import local_path


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """Ask who it is; afterwards go on to ``next``, if that is an address of ours."""
    onward = local_path(request.values.get("next"), HOME)
    form = SignInForm()
    if request.method == "GET":
        if visit().is_authenticated:
            return redirect(onward)
        form.next.data = onward if onward != HOME else ""
        return render_template("accounts/sign_in/sign_in.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/sign_in/sign_in.html", form=form), 422
    with refusing() as tried:
        count_try(throttling.SIGN_IN, form.email.data)
        user = signing_in.authenticate(db(), email=form.email.data, password=form.password.data)
    if (no := tried.refused) is not None:
        note_failure(no, "password")
        return refused(no, form, "accounts/sign_in/sign_in.html")
    return let_in(user, onward, method="password")


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session, if it still has one."""
    signing_in.sign_out(db(), actor=actor(), now=now())
    fresh_form_secret()
    answer = redirect(url_for("accounts.sign_in"))
    clear_cookie(answer)
    return answer
