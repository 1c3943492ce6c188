"""Assigning companies to reps."""

from __future__ import annotations

from flask import redirect, url_for

from portal.accounts.pages import Answer, staff_blueprint
from portal.accounts.staff.forms import AssignmentForm
from portal.accounts.staff.page import member_page
from portal.accounts.staff.use_cases.assignments import assign_company, unassign_company
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.post("/staff/<int:user_id>/assignments", endpoint="assign")
@needs("staff:manage")
def create_assignment(user_id: int) -> Answer:
    """Give a rep a company to look after."""
    form = AssignmentForm()
    if form.validate_on_submit():
        with refusing(form) as tried:
            company = assign_company(db(), actor=actor(), rep_id=user_id, code=form.code.data, now=now())
        if tried.refused is None:
            flash("ok", f"{company.name} is assigned.")
            return redirect(url_for(".member", user_id=user_id))
    return member_page(user_id, form), 422


@staff_blueprint.post("/staff/<int:user_id>/assignments/<code>/removal", endpoint="unassign")
@needs("staff:manage")
def assignment_removal(user_id: int, code: str) -> Answer:
    """Take a company from a rep."""
    company = unassign_company(db(), actor=actor(), rep_id=user_id, code=code, now=now())
    flash("ok", f"{company.name} is no longer assigned.")
    return redirect(url_for(".member", user_id=user_id))
