"""What a company's administrators decide about second factors."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.pages import blueprint
from portal.accounts.people.queries import person, person_in
from portal.accounts.second_factors.use_cases.policy import set_second_factor_policy
from portal.accounts.second_factors.use_cases.resets import reset_second_factor
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@blueprint.post("/company/second-factor", endpoint="set_second_factor_policy")
@needs("company:manage")
def edit_policy() -> Response:
    """Require a second factor of everybody, or no longer."""
    required = request.form.get("required") == "yes"
    with refusing() as tried:
        set_second_factor_policy(db(), actor=actor(), required=required, now=now())
    done = (
        "Everybody needs a second factor from now on."
        if required
        else "A second factor is no longer required."
    )
    flash("error" if tried.refused else "ok", tried.refused.message if tried.refused else done)
    return redirect(url_for(".people") + "#second-factor", 303)


@blueprint.post("/people/<handle(person):user_id>/second-factor/reset", endpoint="reset_second_factor")
@needs("people:manage")
def create_reset(user_id: int) -> Response:
    """Take the second factor of somebody away who has lost it."""
    row = person_in(db(), actor().company_id, user_id)
    with refusing() as tried:
        reset_second_factor(db(), actor=actor(), user=person(db(), row.id), now=now())
    done = f"The second factor of {row.name} is reset. They were signed out, and told by mail."
    flash("error" if tried.refused else "ok", tried.refused.message if tried.refused else done)
    return redirect(url_for(".person", user_id=user_id), 303)
