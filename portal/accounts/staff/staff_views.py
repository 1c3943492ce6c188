"""The seller's own people, for its administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from wtforms.fields import SelectChoice

from portal.accounts.models import User
from portal.accounts.pages import Answer, staff_blueprint
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.forms import AssignmentForm, StaffForm
from portal.accounts.staff import use_cases
from portal.accounts.staff.queries import assigned_to, staff_list, staff_member, state_of
from portal.stores.store.queries import all_stores
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


def _public_url() -> str:
    url: str = current_app.extensions["settings"].public_url
    return url


@staff_blueprint.get("/staff")
@needs("staff:manage")
def staff() -> Answer:
    stores = {store.id: store.name for store in all_stores(db())}
    return render_template(
        "accounts/staff/staff.html", people=staff_list(db()), stores=stores, role_labels=ROLE_LABELS
    )


@staff_blueprint.route("/staff/invitation", methods=["GET", "POST"])
@needs("staff:manage")
def invite_staff() -> Answer:
    form = StaffForm()
    stores = all_stores(db())
    named = [SelectChoice(each.code, each.name) for each in stores]
    form.store_code.choices = [SelectChoice("", "No store"), *named]
    if request.method == "GET":
        return render_template("accounts/staff/invite_staff.html", form=form)
    if form.validate_on_submit():
        with refusing(form) as tried:
            use_cases.add_staff(
                db(),
                actor=actor(),
                email=form.email.data,
                name=form.name.data,
                kind=form.kind.data,
                store_id=next((each.id for each in stores if each.code == form.store_code.data), None),
                public_url=_public_url(),
                now=now(),
            )
        if tried.refused is None:
            flash("ok", f"The invitation is on its way to {form.email.data}.")
            return redirect(url_for(".staff"))
    return render_template("accounts/staff/invite_staff.html", form=form), 422


@staff_blueprint.get("/staff/<int:user_id>")
@needs("staff:manage")
def member(user_id: int) -> Answer:
    return _page(staff_member(db(), user_id), AssignmentForm(formdata=None))


@staff_blueprint.post("/staff/<int:user_id>/lock")
@needs("staff:manage")
def disable_staff(user_id: int) -> Answer:
    """Lock one of the seller's people out."""
    return _do(user_id, use_cases.disable_staff, "{} can no longer come in.", now=now())


@staff_blueprint.post("/staff/<int:user_id>/unlock")
@needs("staff:manage")
def enable_staff(user_id: int) -> Answer:
    """Let one of the seller's people in again."""
    return _do(user_id, use_cases.enable_staff, "{} can come in again.")


@staff_blueprint.post("/staff/<int:user_id>/invitation")
@needs("staff:manage")
def resend_invitation(user_id: int) -> Answer:
    return _do(
        user_id,
        use_cases.resend_staff_invitation,
        "A new invitation is on its way to {}.",
        public_url=_public_url(),
        now=now(),
    )


@staff_blueprint.post("/staff/<int:user_id>/assignments")
@needs("staff:manage")
def assign(user_id: int) -> Answer:
    """Give a rep a company to look after."""
    form = AssignmentForm()
    if form.validate_on_submit():
        with refusing(form) as tried:
            company = use_cases.assign(db(), actor=actor(), rep_id=user_id, code=form.code.data)
        if tried.refused is None:
            flash("ok", f"{company.name} is assigned.")
            return redirect(url_for(".member", user_id=user_id))
    return _page(staff_member(db(), user_id), form, 422)


@staff_blueprint.post("/staff/<int:user_id>/assignments/<code>/removal")
@needs("staff:manage")
def unassign(user_id: int, code: str) -> Answer:
    """Take a company from a rep."""
    company = use_cases.unassign(db(), actor=actor(), rep_id=user_id, code=code, now=now())
    flash("ok", f"{company.name} is no longer assigned.")
    return redirect(url_for(".member", user_id=user_id))


def _do(user_id: int, use_case: Callable[..., User], done: str, **values: Any) -> Answer:
    form = AssignmentForm(formdata=None)
    with refusing(form) as tried:
        user = use_case(db(), actor=actor(), user_id=user_id, **values)
    if tried.refused is not None:
        return _page(staff_member(db(), user_id), form, 422)
    flash("ok", done.format(user.name))
    return redirect(url_for(".staff"))


def _page(user: User, form: AssignmentForm, status: int = 200) -> Answer:
    companies = assigned_to(db(), user.id) if user.kind == "rep" else []
    page = render_template(
        "accounts/staff/staff_member.html",
        person=user,
        state=state_of(user),
        role_label=ROLE_LABELS[user.kind],
        is_self=user.id == actor().user_id,
        companies=companies,
        form=form,
    )
    return page, status
