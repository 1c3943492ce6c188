"""One's own account: name, password, sessions."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, redirect, render_template, url_for

from portal.accounts.models import User
from portal.accounts.pages import Answer, blueprint
from portal.accounts.people.queries import person
from portal.accounts.profile.forms import MailsForm, PasswordForm, ProfileForm
from portal.accounts.profile.use_cases import choose_attachments, update_profile
from portal.accounts.sign_in.page import count_guess, record_failure, sellers
from portal.accounts.sign_in.queries import sessions_of
from portal.accounts.sign_in.use_cases.credentials import change_password
from portal.accounts.sign_in.use_cases.guesses import SESSION, Bucket, take_back
from portal.accounts.sign_in.use_cases.sign_out import sign_out_elsewhere
from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.foundation.config import Settings
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now
from portal.web.ui import flash


@blueprint.get("/account")
@needs("account:manage")
def account() -> Answer:
    user = person(db(), actor().user_id)
    return _password_page(user, PasswordForm(formdata=None))


@blueprint.post("/account/profile")
@needs("account:manage")
def save_profile() -> Answer:
    user = person(db(), actor().user_id)
    form = ProfileForm()
    form.offer(user.language, user.time_zone)
    if form.validate_on_submit():
        with refusing(form) as tried:
            update_profile(
                db(),
                actor=actor(),
                name=form.name.data,
                phone=form.phone.data or "",
                language=form.language.data,
                time_zone=form.time_zone.data,
                now=now(),
            )
        if tried.refused is None:
            flash("ok", "Your details are saved.")
            return redirect(url_for(".account"))
    return _page(user, form, PasswordForm(formdata=None)), 422


@blueprint.post("/account/mails", endpoint="save_mails")
@needs("account:manage")
def edit_mails() -> Answer:
    """Whether mails about documents bring them along."""
    form = MailsForm()
    choose_attachments(db(), actor=actor(), wanted=bool(form.attach_documents.data), now=now())
    flash(
        "ok",
        "Mails bring documents along." if form.attach_documents.data else "Mails come without documents.",
    )
    return redirect(url_for(".account") + "#mails")


@blueprint.post("/account/password", endpoint="change_password")
@needs("account:manage")
def edit_password() -> Answer:
    """Wrong guesses at the current password count, in this session only: a borrowed phone must not let anybody in, and
    nobody from outside can keep the person from it."""
    user = person(db(), actor().user_id)
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_page(user, form), 422
    with refusing(form, books()) as tried:  # a customer's request cannot read password hashes
        guess = count_guess([Bucket(SESSION, f"{actor().session_id}")])
        change_password(
            tried.session,
            actor=actor(),
            current=form.current.data,
            password=form.password.data,
            now=now(),
            sellers=sellers(),
        )
    no = tried.refused
    if no is None or no.outcome != "denied":
        with books() as session:
            take_back(session, guess)
    if no is None:
        flash("ok", "Your password is changed. You are signed out everywhere else.")
        return redirect(url_for(".account"))
    if no.outcome == "denied":
        record_failure(no, "password_change")
    return _password_page(user, form), 429 if isinstance(no, TooManyTries) else 422


@blueprint.post("/account/sessions/<handle(session):session_id>/ending")
@needs("account:manage")
def end_session(session_id: int) -> Answer:
    """Sign out one other browser."""
    sign_out_elsewhere(db(), actor=actor(), session_id=session_id, now=now())
    flash("ok", "That device is signed out.")
    return redirect(url_for(".account") + "#sessions")


@blueprint.post("/account/sessions/endings")
@needs("account:manage")
def end_other_sessions() -> Answer:
    """Sign out everywhere but here."""
    ended = sign_out_elsewhere(db(), actor=actor(), now=now())
    flash("ok", "All other devices are signed out." if ended else "You were signed in nowhere else.")
    return redirect(url_for(".account") + "#sessions")


def _password_page(user: User, form: PasswordForm) -> str:
    profile_form = ProfileForm(formdata=None, obj=user)
    profile_form.offer(user.language, user.time_zone)
    return _page(user, profile_form, form)


def _page(user: User, profile_form: ProfileForm, password_form: PasswordForm) -> str:
    settings: Settings = current_app.extensions["settings"]
    hours = settings.session_idle_hours if user.is_customer else settings.staff_idle_hours
    idle = timedelta(hours=hours)
    return render_template(
        "accounts/profile/account.html",
        user=user,
        profile_form=profile_form,
        password_form=password_form,
        mails_form=MailsForm(formdata=None, obj=user),
        sessions=sessions_of(db(), actor(), now=now(), idle=idle),
    )
