"""Pages on which a rep begins and stops acting for a customer."""

from __future__ import annotations

from flask import redirect, render_template
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from portal.accounts.delegations.forms import ActingForm
from portal.accounts.delegations.queries import assigned_company, people_to_act_for
from portal.accounts.delegations.use_cases import start_acting, stop_acting
from portal.accounts.pages import Answer, staff_blueprint
from portal.web.access import needs
from portal.web.browser.form_tokens import sent_anywhere
from portal.web.refusals import refusing
from portal.web.scope import unscoped
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


@staff_blueprint.route("/customers/<code>/delegations", methods=["GET", "POST"], endpoint="start_acting")
@needs("delegations:start")
@sent_anywhere
def acting_form(code: str) -> Answer:
    """Ask for whom and why, then begin."""
    unscoped(db())
    company = assigned_company(db(), actor(), code)
    people = people_to_act_for(db(), company)
    form = ActingForm()
    form.subject.choices = [SelectChoice(str(each.id), each.name) for each in people]
    status = 200
    if not only_reads():
        form.validate()
        with refusing(form) as tried:
            start_acting(
                db(),
                actor=actor(),
                code=code,
                subject_user_id=form.subject.data,
                reason=form.reason.data or "",
                now=now(),
            )
        if tried.refused is None:
            return redirect("/")
        status = 422
    return render_template("accounts/delegations/start_acting.html", form=form, company=company), status


@staff_blueprint.post("/acting/end", endpoint="stop_acting")
@needs("delegations:end")
@sent_anywhere
def acting_end() -> Response:
    """Go back to one's own work."""
    company = actor().company_name
    stop_acting(db(), actor=actor(), now=now())
    flash("ok", f"You stopped acting for {company}." if company else "You act for nobody.")
    return redirect("/")
