"""Setting up an authenticator app: its secret is on a page until the first code was entered, and never again."""

from __future__ import annotations

import pyotp
import segno
from flask import redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.accounts.pages import Answer, blueprint
from portal.accounts.second_factors.forms import AppForm
from portal.accounts.second_factors.page import needs_one, record_failed_proof, site
from portal.accounts.second_factors.queries import app_in_setup
from portal.accounts.second_factors.seals import Unreadable
from portal.accounts.second_factors.use_cases.proofs import APP
from portal.accounts.second_factors.use_cases.setup import begin_app, confirm_app, remove_app
from portal.accounts.second_factors.views.security import after_set_up
from portal.accounts.sign_in.page import count_guess
from portal.accounts.sign_in.use_cases.guesses import CODE, Bucket, take_back
from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.foundation.errors import NotFound
from portal.web.access import confirmed, needs
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import books, now
from portal.web.ui import flash


@blueprint.post("/account/authenticator-app", endpoint="begin_app")
@needs("account:manage")
@confirmed
def create_app_secret() -> Response:
    """Begin: a secret is made, and shown on the next page."""
    with refusing(within=books()) as tried:
        begin_app(tried.session, actor=actor(), seal=site().seal, now=now())
    if tried.refused is not None:
        flash("error", tried.refused.message)
        return redirect(url_for(".security"), 303)
    return redirect(url_for(".authenticator_app"), 303)


@blueprint.get("/account/authenticator-app")
@needs("account:manage")
def authenticator_app() -> Answer:
    """The QR code to scan, and the field for the first code."""
    return _page(AppForm(formdata=None))


@blueprint.post("/account/authenticator-app/confirmation", endpoint="confirm_app")
@needs("account:manage")
@confirmed
def app_confirmation() -> Answer:
    """Finish with a code that the app shows."""
    with books() as aside:
        if app_in_setup(aside, actor().user_id, now=now()) is None:
            raise NotFound  # nothing to guess at, so nothing is counted
    form = AppForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    codes: list[str] = []
    with refusing(form, books()) as tried:
        guess = count_guess([Bucket(CODE, f"{actor().user_id}")])
        codes = confirm_app(tried.session, actor=actor(), code=form.code.data, seal=site().seal, now=now())
        take_back(tried.session, guess)
    if (no := tried.refused) is not None:
        record_failed_proof(no, method=APP, purpose="set_up", user_id=actor().user_id)
        return _page(form, 429 if isinstance(no, TooManyTries) else 422)
    return after_set_up("The authenticator app is ready.", codes)


@blueprint.post("/account/authenticator-app/removal", endpoint="remove_app")
@needs("account:manage")
@confirmed
def app_removal() -> Response:
    """Remove it."""
    with refusing(within=books()) as tried:
        remove_app(tried.session, actor=actor(), keep_one=needs_one(visit()), now=now())
    said = tried.refused.message if tried.refused else "The authenticator app is removed."
    flash("error" if tried.refused else "ok", said)
    return redirect(url_for(".security"), 303)


def _page(form: AppForm, status: int = 200) -> Answer:
    with books() as aside:
        sealed = app_in_setup(aside, actor().user_id, now=now())
    if sealed is None:
        return redirect(url_for(".security"), 303)
    try:
        secret = site().seal.open(sealed)
    except Unreadable as error:
        raise NotFound from error
    uri = pyotp.TOTP(secret).provisioning_uri(name=actor().email, issuer_name=site().name)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    page = render_template(
        "accounts/second_factors/authenticator_app.html", form=form, code=_qr_code(uri), secret=groups
    )
    return page, status


def _qr_code(uri: str) -> Markup:
    drawn = segno.make(uri, error="m").svg_inline(
        omitsize=True, light="white", svgclass="qr__code", lineclass=None
    )
    return Markup(drawn)  # noqa: S704  (drawn here: a path, and none of the text)
