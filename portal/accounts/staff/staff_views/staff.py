"""The seller's own people, for its administrators."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import redirect, render_template, url_for
from wtforms.fields import SelectChoice

from portal.accounts.models import User
from portal.accounts.pages import Answer, staff_blueprint
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.page import count_try, public_url
from portal.accounts.sign_in.use_cases.throttle import INVITATION_TO
from portal.accounts.staff.forms import AssignmentForm, StaffForm
from portal.accounts.staff.page import member_page
from portal.accounts.staff.queries import staff_list, staff_member
from portal.accounts.staff.use_cases.staff import (
    NewStaff,
    add_staff,
    disable_staff,
    enable_staff,
    resend_staff_invitation,
)
from portal.stores.store.queries import StoreInfo, all_stores
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


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
    """Invite one of the seller's people."""
    form = StaffForm()
    stores = all_stores(db())
    named = [SelectChoice(each.code, each.name) for each in stores]
    form.store_code.choices = [SelectChoice("", "No store"), *named]
    if only_reads():
        return render_template("accounts/staff/invite_staff.html", form=form)
    if form.validate_on_submit():
        with refusing(form) as tried:
            count_try(INVITATION_TO, form.email.data)
            new = _new_staff(form, stores)
            add_staff(db(), new, actor=actor(), public_url=public_url(), now=now())
        if tried.refused is None:
            flash("ok", f"The invitation is on its way to {form.email.data}.")
            return redirect(url_for(".staff"))
    return render_template("accounts/staff/invite_staff.html", form=form), 422


@staff_blueprint.get("/staff/<int:user_id>")
@needs("staff:manage")
def member(user_id: int) -> Answer:
    return member_page(user_id, AssignmentForm(formdata=None))


@staff_blueprint.post("/staff/<int:user_id>/lock", endpoint="disable_staff")
@needs("staff:manage")
def lock_form(user_id: int) -> Answer:
    """Lock one of the seller's people out."""
    return _change(
        user_id,
        lambda: disable_staff(db(), actor=actor(), user_id=user_id, now=now()),
        "{} can no longer come in.",
    )


@staff_blueprint.post("/staff/<int:user_id>/unlock", endpoint="enable_staff")
@needs("staff:manage")
def unlock_form(user_id: int) -> Answer:
    """Restore the access of one of the seller's people."""
    return _change(
        user_id,
        lambda: enable_staff(db(), actor=actor(), user_id=user_id, now=now()),
        "{} can come in again.",
    )


@staff_blueprint.post("/staff/<int:user_id>/invitation", endpoint="resend_invitation")
@needs("staff:manage")
def resend_form(user_id: int) -> Answer:
    """Send an invitation again."""

    def send() -> User:
        count_try(INVITATION_TO, staff_member(db(), user_id).email)
        return resend_staff_invitation(
            db(), actor=actor(), user_id=user_id, public_url=public_url(), now=now()
        )

    return _change(user_id, send, "A new invitation is on its way to {}.")


def _new_staff(form: StaffForm, stores: Sequence[StoreInfo]) -> NewStaff:
    return NewStaff(
        email=form.email.data,
        name=form.name.data,
        kind=form.kind.data,
        store_id=next((each.id for each in stores if each.code == form.store_code.data), None),
    )


def _change(user_id: int, change: Callable[[], User], done: str) -> Answer:
    form = AssignmentForm(formdata=None)
    with refusing(form) as tried:
        user = change()
    if tried.refused is not None:
        return member_page(user_id, form), 422
    flash("ok", done.format(user.name))
    return redirect(url_for(".staff"))
