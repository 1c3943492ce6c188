"""One's own second factors."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts.pages import Answer, blueprint
from portal.accounts.second_factors.ceremonies import creation_options
from portal.accounts.second_factors.forms import PasskeyForm
from portal.accounts.second_factors.page import needs_one, owes_second_factor, site, to_add
from portal.accounts.second_factors.queries import factors_of, known_keys
from portal.accounts.second_factors.use_cases.setup import add_passkey, remove_passkey, renew_recovery_codes
from portal.accounts.second_factors.views.gate import ONWARD
from portal.accounts.sign_in.devices import device_name
from portal.web.access import confirmed, needs
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import books, now
from portal.web.ui import flash
from portal.web.urls import local_path


@blueprint.get("/account/security")
@needs("account:manage")
def security() -> Answer:
    """What one has, and the ways to have more."""
    return _page(PasskeyForm(formdata=None, name=device_name(request.user_agent.string)))


@blueprint.post("/account/passkeys/options", endpoint="passkey_creation")
@needs("account:manage")
def passkey_creation_options() -> Response:
    """What the browser needs to make a passkey."""
    me = actor()
    with books() as aside:
        known = known_keys(aside, me.user_id)
    options = creation_options(
        site(), person=to_add(me.user_id), email=me.email, name=me.name, known=known, now=now()
    )
    return Response(options, mimetype="application/json")


@blueprint.post("/account/passkeys")
@needs("account:manage")
@confirmed
def create_passkey() -> Answer:
    """Keep a passkey that the device has made."""
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _page(form), 422
    codes: list[str] = []
    with refusing(form, books()) as tried:
        codes = add_passkey(
            tried.session,
            actor=actor(),
            answer=form.answer.data,
            name=form.name.data,
            site=site(),
            person=to_add(actor().user_id),
            now=now(),
        )
    if tried.refused is not None:
        return _page(form), 422
    return after_set_up("The passkey is ready.", codes)


@blueprint.post("/account/passkeys/<handle(passkey):passkey_id>/removal", endpoint="remove_passkey")
@needs("account:manage")
@confirmed
def passkey_removal(passkey_id: int) -> Response:
    """Remove one."""
    with refusing(within=books()) as tried:
        remove_passkey(
            tried.session, actor=actor(), passkey_id=passkey_id, keep_one=needs_one(visit()), now=now()
        )
    said = tried.refused.message if tried.refused else "The passkey is removed."
    flash("error" if tried.refused else "ok", said)
    return redirect(url_for(".security"), 303)


@blueprint.post("/account/recovery-codes")
@needs("account:manage")
@confirmed
def create_recovery_codes() -> Answer:
    """Make new ones, and show them: this once."""
    codes: list[str] = []
    with refusing(within=books()) as tried:
        codes = renew_recovery_codes(tried.session, actor=actor(), now=now())
    if tried.refused is not None:
        flash("error", tried.refused.message)
        return redirect(url_for(".security"), 303)
    return codes_page(codes, url_for(".security"))


def after_set_up(said: str, codes: list[str]) -> Answer:
    """With the first second factor the recovery codes, this once; else back to the list."""
    onward = local_path(session.pop(ONWARD, None), url_for(".security"))
    if codes:
        return codes_page(codes, onward)
    flash("ok", said)
    return redirect(onward, 303)


def codes_page(codes: list[str], onward: str) -> str:
    """The page with the codes; it cannot be shown a second time."""
    return render_template("accounts/second_factors/recovery_codes.html", codes=codes, onward=onward)


def _page(form: PasskeyForm) -> str:
    with books() as aside:
        factors = factors_of(aside, actor().user_id)
    return render_template(
        "accounts/second_factors/security.html",
        factors=factors,
        form=form,
        owes=owes_second_factor(visit()),
        keep_one=needs_one(visit()),
        passkeys=site().takes_passkeys,
    )
