"""A forgotten password."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from portal.accounts.pages import Answer, blueprint
from portal.accounts.sign_in.forms import ForgotForm, ResetForm
from portal.accounts.sign_in.page import count_try, dead_link, record_failure, refused, sellers
from portal.accounts.sign_in.use_cases import throttle
from portal.accounts.sign_in.use_cases.credentials import queue_reset, reset_password
from portal.accounts.sign_in.use_cases.one_time import RESET, DeadLink, find_link
from portal.web.access import public
from portal.web.browser.visitor import known_browser, remember_browser
from portal.web.refusals import refusing
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


@blueprint.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Answer:
    """Send a link for a new password. The answer is the same whether or not the address is known."""
    form = ForgotForm()
    if only_reads():
        return _forgot(form, sent="sent" in request.args)
    if not form.validate_on_submit():
        return _forgot(form), 422
    with refusing(form) as tried:
        _count_reset(form.email.data)
    if (no := tried.refused) is not None:
        record_failure(no, "reset", form.email.data)
        return refused(no, _forgot(form))
    queue_reset(db(), email=form.email.data, now=now())
    return redirect(url_for(".forgot", sent=1))


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def reset() -> Answer:
    """Choose a new password with the link from the mail."""
    form = ResetForm()
    if only_reads():
        form.token.data = request.args.get("token", "")
    if find_link(db(), purpose=RESET, token=form.token.data or "", now=now()) is None:
        return dead_link("reset")
    if not form.validate_on_submit():
        return _reset(form), 200 if only_reads() else 422
    with refusing(form) as tried:
        user = reset_password(
            db(), token=form.token.data, password=form.password.data, now=now(), sellers=sellers()
        )
    if tried.refused is not None:
        is_dead = isinstance(tried.refused, DeadLink)
        return dead_link("reset") if is_dead else refused(tried.refused, _reset(form))
    flash("ok", "Your password is changed. Sign in with the new one.")
    answer = redirect(url_for(".sign_in"))
    remember_browser(
        answer, user.email
    )  # whoever holds the mailbox is no stranger: no wrong guesses keep them out
    return answer


def _count_reset(email: str) -> None:
    """Strangers who ask for somebody's links do not use up those of the person's own browser."""
    count_try(throttle.RESETS_OF_NETWORK, "")
    browser = known_browser(email)
    count_try(throttle.RESET, f"{email} {browser}" if browser else email)


def _forgot(form: ForgotForm, *, sent: bool = False) -> str:
    return render_template("accounts/sign_in/forgot.html", form=form, sent=sent)


def _reset(form: ResetForm) -> str:
    return render_template("accounts/sign_in/reset.html", form=form)
