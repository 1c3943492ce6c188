"""Confirming on a page of its own, and the challenge for whatever passkey is used."""

from __future__ import annotations

from flask import redirect, render_template, request, session
from werkzeug.wrappers import Response

from portal.accounts.pages import Answer, blueprint
from portal.accounts.second_factors.ceremonies import ANYONE, request_options
from portal.accounts.second_factors.forms import ProofForm
from portal.accounts.second_factors.page import confirm_visit, site, to_use
from portal.accounts.second_factors.queries import known_keys, pending_sign_in
from portal.accounts.sign_in.page import HOME, PENDING, refused
from portal.web.access import needs, public
from portal.web.sessions import actor, visit
from portal.web.transaction import books, db, now, only_reads
from portal.web.urls import local_path


@blueprint.route("/confirmation", methods=["GET", "POST"])
@needs("account:manage")
def confirmation() -> Answer:
    """Prove again who one is, then go on to ``next``."""
    form = ProofForm()
    onward = local_path(request.values.get("next"), HOME)
    if only_reads():
        form.next.data = onward
        return _page(form)
    if not form.validate_on_submit():
        return _page(form), 422
    no = confirm_visit(form)
    return redirect(onward) if no is None else refused(no, _page(form))


@blueprint.post("/passkey-options")
@public
def passkey_options() -> Response:
    """What the browser needs to use a passkey: one of the person's who is signed in or gave the password, else any."""
    user_id = actor().user_id
    if user_id is None:
        owed = pending_sign_in(db(), session.get(PENDING, ""), now=now())
        user_id = owed.user_id if owed else None
    if user_id is None:
        options = request_options(site(), person=ANYONE, known=[], now=now())
    else:
        with books() as aside:
            keys = known_keys(aside, user_id)
        options = request_options(site(), person=to_use(user_id), known=keys, now=now())
    return Response(options, mimetype="application/json")


def _page(form: ProofForm) -> str:
    return render_template(
        "accounts/second_factors/confirm.html",
        form=form,
        kept=[("next", form.next.data or HOME)],
        action=request.path,
        back_href=HOME,
        with_factor=visit().has_second_factor,
        passkeys=site().takes_passkeys,
    )
