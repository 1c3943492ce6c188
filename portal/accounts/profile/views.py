"""One's own account: name, password, sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, redirect, render_template, url_for

from portal.accounts.models import User
from portal.accounts.pages import Answer, blueprint
from portal.accounts.people.queries import person
from portal.accounts.profile import use_cases as profile
from portal.accounts.sign_in.forms import PasswordForm, ProfileForm
from portal.accounts.sign_in.page import count_try, note_failure
from portal.accounts.sign_in.queries import sessions_of
from portal.accounts.sign_in.use_cases import credentials
from portal.accounts.sign_in.use_cases import sign_in as signing_in
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now
from portal.web.ui import flash


@blueprint.get("/account")
@needs("account:manage")
def account() -> Answer:
    user = person(db(), actor().user_id)
    return _page(user, _profile_form(user, obj=user), PasswordForm(formdata=None))


@blueprint.post("/account/profile")
@needs("account:manage")
def save_profile() -> Answer:
    user = person(db(), actor().user_id)
    form = _profile_form(user)
    if form.validate_on_submit():
        with refusing(form) as tried:
            profile.update_profile(
                db(),
                actor=actor(),
                name=form.name.data,
                phone=form.phone.data or "",
                language=form.language.data,
                time_zone=form.time_zone.data,
            )
        if tried.refused is None:
            flash("ok", "Your details are saved.")
            return redirect(url_for(".account"))
    return _page(user, form, PasswordForm(formdata=None), 422)


@blueprint.post("/account/password")
@needs("account:manage")
def change_password() -> Answer:
    """Guesses at the current password count like failed sign-ins: a borrowed phone is no way in."""
    user = person(db(), actor().user_id)
    form = PasswordForm()
    status = 422
    if form.validate_on_submit():
        with refusing(form, books()) as tried:  # a customer's request can read nobody's hash
            count_try(throttling.SIGN_IN, user.email)
            credentials.change_password(
                tried.session,
                actor=actor(),
                current=form.current.data,
                password=form.password.data,
                now=now(),
            )
        if (no := tried.refused) is None:
            flash("ok", "Your password is changed. You are signed out everywhere else.")
            return redirect(url_for(".account"))
        if no.outcome == "denied":
            note_failure(no, "password_change")
        status = 429 if no.code == "too_many_tries" else 422
    return _page(user, _profile_form(user, obj=user, formdata=None), form, status)


@blueprint.post("/account/sessions/<int:session_id>/ending")
@needs("account:manage")
def end_session(session_id: int) -> Answer:
    """Sign out one other browser."""
    signing_in.sign_out_elsewhere(db(), actor=actor(), session_id=session_id, now=now())
    flash("ok", "That device is signed out.")
    return redirect(url_for(".account") + "#sessions")


@blueprint.post("/account/sessions/endings")
@needs("account:manage")
def end_other_sessions() -> Answer:
    """Sign out everywhere but here."""
    ended = signing_in.sign_out_elsewhere(db(), actor=actor(), now=now())
    flash("ok", "All other devices are signed out." if ended else "You were signed in nowhere else.")
    return redirect(url_for(".account") + "#sessions")


def _profile_form(user: User, **values: Any) -> ProfileForm:
    form = ProfileForm(**values)
    form.offer(user.language, user.time_zone)
    return form


def _page(user: User, profile_form: ProfileForm, password_form: PasswordForm, status: int = 200) -> Answer:
    idle = timedelta(hours=current_app.extensions["settings"].session_idle_hours)
    page = render_template(
        "accounts/profile/account.html",
        user=user,
        profile_form=profile_form,
        password_form=password_form,
        sessions=sessions_of(db(), actor(), now=now(), idle=idle),
    )
    return page, status
