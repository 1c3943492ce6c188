"""Answering an invitation."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from portal.accounts.invitations import use_cases as inviting
from portal.accounts.models import User
from portal.accounts.pages import Answer, blueprint
from portal.accounts.sign_in.forms import InvitationForm, JoinForm
from portal.accounts.sign_in.page import HOME, dead_link, let_in, refused
from portal.web.access import public
from portal.web.refusals import refusing
from portal.web.scope import unscoped
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now
from portal.web.ui import flash


@blueprint.route("/invitation", methods=["GET", "POST"])
@public
def accept_invitation() -> Answer:
    """Join: somebody new chooses a name and a password, somebody known just says yes."""
    token = request.values.get("token", "")
    invitation = inviting.look_at(db(), token=token, now=now())
    if invitation is None:
        return dead_link("invitation")
    form: Any = InvitationForm() if invitation.needs_password else JoinForm()
    if request.method == "GET":
        form.token.data = token
        if invitation.needs_password:
            form.name.data = invitation.name
        return render_template("accounts/invitations/invitation.html", form=form, invitation=invitation)
    if not form.validate_on_submit():
        return render_template("accounts/invitations/invitation.html", form=form, invitation=invitation), 422
    typed = form.data
    _as_the_portal()
    with refusing() as tried:
        user, is_new = inviting.accept(
            db(), token=token, name=typed.get("name"), password=typed.get("password"), now=now()
        )
    if (no := tried.refused) is not None:
        if no.code == "dead_link":
            return dead_link("invitation")
        return refused(no, form, "accounts/invitations/invitation.html", invitation=invitation)
    return _welcome(user, is_new, invitation)


def _as_the_portal() -> None:
    """The link decides, not whom this browser is signed in as: their company's limits would refuse the rest."""
    visit()
    unscoped(db())


def _welcome(user: User, is_new: bool, invitation: inviting.Invitation) -> Answer:
    where = invitation.company_name or "the team"
    if is_new:
        answer = let_in(user, HOME, method="invitation")
        flash("ok", f"Welcome to {where}.")
        return answer
    flash("ok", f"You now belong to {where}.")
    if actor().user_id == user.id:
        return redirect(url_for(".context"))
    return redirect(url_for(".sign_in", next=url_for(".context")))
