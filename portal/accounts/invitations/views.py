"""Inviting people to the company, and accepting an invitation."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from portal.accounts.invitations.forms import InviteForm, JoinForm, NewPersonForm
from portal.accounts.invitations.queries import OpenInvitation, read_invitation
from portal.accounts.invitations.use_cases import accept_invitation, invite, resend_invitation
from portal.accounts.models import User
from portal.accounts.pages import Answer, blueprint
from portal.accounts.people.queries import person_in
from portal.accounts.sign_in.page import (
    HOME,
    count_try,
    dead_link,
    public_url,
    refused,
    sellers,
    start_session,
)
from portal.accounts.sign_in.use_cases import throttle
from portal.accounts.sign_in.use_cases.one_time import DeadLink
from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.web.access import needs, public
from portal.web.refusals import refusing
from portal.web.scope import unscoped
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


@blueprint.route("/people/invitation", methods=["GET", "POST"], endpoint="invite")
@needs("people:manage")
def invitation_form() -> Answer:
    """Invite somebody to the company."""
    form = InviteForm()
    if only_reads():
        return render_template("accounts/invitations/invite.html", form=form)
    status = 422
    if form.validate_on_submit():
        with refusing(form) as tried:
            url = _url_to(form.email.data)
            invite(
                db(),
                actor=actor(),
                email=form.email.data,
                name=form.name.data,
                role=form.role.data,
                public_url=url,
                now=now(),
            )
        if tried.refused is None:
            flash("ok", f"The invitation is on its way to {form.email.data}. It is good for 7 days.")
            return redirect(url_for(".people"))
        status = 429 if isinstance(tried.refused, TooManyTries) else 422
    return render_template("accounts/invitations/invite.html", form=form), status


@blueprint.post("/people/<handle(person):user_id>/invitation", endpoint="resend_invitation")
@needs("people:manage")
def resend_form(user_id: int) -> Answer:
    """Send an invitation again."""
    with refusing() as tried:
        url = _url_to(person_in(db(), actor().company_id, user_id).email)
    if tried.refused is not None:
        flash("error", tried.refused.message)
        return redirect(url_for(".people"))
    user = resend_invitation(db(), actor=actor(), user_id=user_id, public_url=url, now=now())
    flash("ok", f"A new invitation is on its way to {user.email}. The earlier link no longer works.")
    return redirect(url_for(".people"))


@blueprint.route("/invitation", methods=["GET", "POST"], endpoint="accept_invitation")
@public
def invitation() -> Answer:
    """Join: somebody new chooses a name and a password, somebody with a password just confirms."""
    token = request.values.get("token", "")
    found = read_invitation(db(), token=token, now=now())
    if found is None:
        return dead_link("invitation")
    form = NewPersonForm() if found.needs_password else JoinForm()
    if only_reads():
        form.token.data = token
        if isinstance(form, NewPersonForm):
            form.name.data = found.name
        return _page(form, found)
    if not form.validate_on_submit():
        return _page(form, found), 422
    return _accept(form, found, token)


def _accept(form: JoinForm, found: OpenInvitation, token: str) -> Answer:
    typed = form.data
    _as_the_portal()
    with refusing(form) as tried:
        user, is_new = accept_invitation(
            db(),
            token=token,
            name=typed.get("name"),
            password=typed.get("password"),
            now=now(),
            sellers=sellers(),
        )
    if isinstance(tried.refused, DeadLink):
        return dead_link("invitation")
    if tried.refused is not None:
        return refused(tried.refused, _page(form, found))
    return _welcome(user, is_new, found)


def _page(form: JoinForm, found: OpenInvitation) -> str:
    return render_template("accounts/invitations/invitation.html", form=form, invitation=found)


def _as_the_portal() -> None:
    # The link decides, not who is signed in here: the limits of that person's company would block the rest.
    visit()
    unscoped(db())


def _welcome(user: User, is_new: bool, found: OpenInvitation) -> Answer:
    where = found.company_name or "the team"
    if is_new:
        answer = start_session(user, HOME, method="invitation")
        flash("ok", f"Welcome to {where}.")
        return answer
    flash("ok", f"You now belong to {where}.")
    if actor().user_id == user.id:
        return redirect(url_for(".context"))
    return redirect(url_for(".sign_in", next=url_for(".context")))


def _url_to(email: str) -> str | None:
    """The portal's address, for the mail; None if other companies have sent this person enough mails today. That they
    did is nothing this one may learn: it is refused for its own invitations only.

    :raises TooManyTries: if the company sent too many, or too many to this address.
    """
    company = f"company {actor().company_id}"
    count_try(throttle.INVITATION, company)
    count_try(throttle.INVITATION_TO, f"{company} {email}")
    try:
        count_try(throttle.INVITATION_TO, email)
    except TooManyTries:
        return None
    return public_url()
