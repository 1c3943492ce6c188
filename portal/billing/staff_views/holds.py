"""Putting a company on hold, and lifting the hold."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.queries import visible_company
from portal.billing.forms_credit import HoldForm, LiftForm
from portal.billing.queries import credit_of
from portal.billing.staff_views import blueprint
from portal.billing.use_cases import holding
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import tell


@blueprint.route("/customers/<code>/hold", methods=["GET", "POST"])
@needs("billing:manage")
def hold(code: str) -> str | Response | tuple[str, int]:
    """Why, and the button: one puts the company on hold, the other lifts it."""
    company = visible_company(db(), actor(), code)
    lifting = request.form.get("action") == "lift"
    form, lift_form = (
        (HoldForm(formdata=None), LiftForm()) if lifting else (HoldForm(), LiftForm(formdata=None))
    )
    status = 200
    if request.method == "POST":
        try:
            if lifting:
                note = lift_form.reason.data or ""
                holding.lift(db(), actor=actor(), now=now(), company=company, note=note)
                tell("ok", f"The hold on {company.name} is lifted. New orders are taken again.")
            else:
                reason = form.reason.data or ""
                holding.hold(db(), actor=actor(), now=now(), company=company, reason=reason)
                tell("ok", f"{company.name} is on hold. New orders on account are refused from now on.")
            return redirect(url_for("desk.customer", code=code))
        except Rejected as no:
            (lift_form if lifting else form).refuse(no)
            db().rollback()
            status = 422
    credit = credit_of(db(), company.id)
    page = render_template(
        "billing/hold.html", company=company, credit=credit, form=form, lift_form=lift_form
    )
    return page, status
