"""A forgotten password."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for

from portal.accounts.pages import Answer, blueprint
from portal.accounts.sign_in.forms import ForgotForm, ResetForm
from portal.accounts.sign_in.page import count_try, dead_link, note_failure, refused
from portal.accounts.sign_in.use_cases import credentials, one_time
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.web.access import public
from portal.web.refusals import refusing
from portal.web.transaction import db, now
from portal.web.ui import flash


@blueprint.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Answer:
    """Send a link for a new password. The answer is the same whether or not the address is known."""
    form = ForgotForm()
    if request.method == "GET":
        return render_template("accounts/sign_in/forgot.html", form=form, sent="sent" in request.args)
    if not form.validate_on_submit():
        return render_template("accounts/sign_in/forgot.html", form=form, sent=False), 422
    with refusing() as tried:
        count_try(throttling.RESET, form.email.data)
    if (no := tried.refused) is not None:
        note_failure(no, "reset")
        return refused(no, form, "accounts/sign_in/forgot.html", sent=False)
    public_url = current_app.extensions["settings"].public_url
    credentials.request_reset(db(), email=form.email.data, public_url=public_url, now=now())
    return redirect(url_for(".forgot", sent=1))


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def reset() -> Answer:
    """Choose a new password with the link of the mail."""
    form = ResetForm()
    if request.method == "GET":
        form.token.data = request.args.get("token", "")
    if one_time.look(db(), purpose=one_time.RESET, token=form.token.data or "", now=now()) is None:
        return dead_link("reset")
    if not form.validate_on_submit():
        return render_template(
            "accounts/sign_in/reset.html", form=form
        ), 200 if request.method == "GET" else 422
    with refusing() as tried:
        credentials.reset_password(db(), token=form.token.data, password=form.password.data, now=now())
    if (no := tried.refused) is not None:
        return (
            dead_link("reset") if no.code == "dead_link" else refused(no, form, "accounts/sign_in/reset.html")
        )
    flash("ok", "Your password is changed. Sign in with the new one.")
    return redirect(url_for(".sign_in"))
