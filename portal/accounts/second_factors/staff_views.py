"""Resetting anybody's second factor, for the seller's administrators."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from portal.accounts.pages import Answer, staff_blueprint
from portal.accounts.second_factors.forms import ResetForm
from portal.accounts.second_factors.use_cases.resets import person_by_email, reset_second_factor
from portal.foundation.errors import NotFound, Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


@staff_blueprint.route("/staff/second-factor-reset", methods=["GET", "POST"], endpoint="reset_second_factor")
@needs("staff:manage")
def edit_reset() -> Answer:
    """For somebody who has lost phone and recovery codes, and whom the administrator has spoken to."""
    form = ResetForm()
    if only_reads():
        form.email.data = request.args.get("email", "")[:254]
        return _page(form)
    if not form.validate_on_submit():
        return _page(form), 422
    with refusing(form) as tried:
        try:
            user = person_by_email(db(), form.email.data)
        except NotFound as error:
            raise Rejected("nobody", "Nobody signs in with this address.", field="email") from error
        reset_second_factor(db(), actor=actor(), user=user, now=now())
    if tried.refused is not None:
        return _page(form), 422
    flash("ok", f"The second factor of {user.name} is reset. They were signed out, and told by mail.")
    return redirect(url_for(".staff"))


def _page(form: ResetForm) -> str:
    return render_template("accounts/second_factors/reset.html", form=form)
