"""A company's people, for its administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.invitations import use_cases as inviting
from portal.accounts.models import Company
from portal.accounts.pages import Answer, blueprint
from portal.accounts.people import use_cases
from portal.accounts.people.queries import PersonRow, people_page, person_in
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.forms import InviteForm, OrderLimitForm, RoleForm
from portal.accounts.sign_in.page import count_try
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.foundation.amounts import amount_field, parse_amount
from portal.foundation.errors import NotFound
from portal.foundation.money import format_minor
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now
from portal.web.ui import flash


def _person(user_id: int) -> PersonRow:
    return person_in(db(), actor().company_id, user_id)


def _public_url() -> str:
    url: str = current_app.extensions["settings"].public_url
    return url


@blueprint.get("/people")
@needs("people:read")
def people() -> Answer:
    company = db().get(Company, actor().company_id)
    if company is None:
        raise NotFound
    words, cursor = strip(request.args.get("q", ""))[:60], request.args.get("after")
    page = people_page(db(), company.id, words=words, cursor=cursor)
    kept = {"q": words or None}
    return render_template(
        "accounts/people/people.html",
        people=page.rows,
        words=words,
        next_href=url_for(".people", after=page.next_cursor, **kept) if page.next_cursor else None,
        first_href=url_for(".people", **kept) if cursor else None,
        company=company,
        role_labels=ROLE_LABELS,
    )


@blueprint.route("/people/invitation", methods=["GET", "POST"])
@needs("people:manage")
def invite() -> Answer:
    form = InviteForm()
    if request.method == "GET":
        return render_template("accounts/invitations/invite.html", form=form)
    status = 422
    if form.validate_on_submit():
        with refusing(form) as tried:
            count_try(throttling.INVITING, f"company {actor().company_id}")
            inviting.invite(
                db(),
                actor=actor(),
                email=form.email.data,
                name=form.name.data,
                role=form.role.data,
                public_url=_public_url(),
                now=now(),
            )
        if tried.refused is None:
            flash("ok", f"The invitation is on its way to {form.email.data}. It is good for 7 days.")
            return redirect(url_for(".people"))
        status = 429 if tried.refused.code == "too_many_tries" else 422
    return render_template("accounts/invitations/invite.html", form=form), status


@blueprint.get("/people/<int:user_id>")
@needs("people:manage")
def person(user_id: int) -> Answer:
    row = _person(user_id)
    return _page(row, RoleForm(formdata=None, role=row.role))


@blueprint.post("/people/<int:user_id>/role")
@needs("people:manage")
def change_role(user_id: int) -> Answer:
    row = _person(user_id)
    form = RoleForm()
    if not form.validate_on_submit():
        return _page(row, form, 422)
    with refusing(form) as tried:
        use_cases.change_role(db(), actor=actor(), user_id=user_id, role=form.role.data, now=now())
    if tried.refused is not None:
        return _page(row, form, 422)
    flash("ok", f"{row.name} is now {ROLE_LABELS[form.role.data].lower()}.")
    return redirect(url_for(".people"))


@blueprint.post("/people/<int:user_id>/order-limit")
@needs("people:manage")
def set_order_limit(user_id: int) -> Answer:
    """What somebody may order alone; an empty field takes the limit away."""
    row = _person(user_id)
    limit = OrderLimitForm()
    typed, currency = strip(limit.limit.data or ""), visit().currency
    try:
        minor = parse_amount(typed, currency) if typed else None
    except ValueError as no:
        limit.limit.errors = [str(no)]
        return _page(row, RoleForm(formdata=None, role=row.role), 422, limit)
    with refusing(limit) as tried:
        use_cases.set_order_limit(db(), actor=actor(), user_id=user_id, limit_minor=minor, now=now())
    if tried.refused is not None:
        return _page(row, RoleForm(formdata=None, role=row.role), 422, limit)
    if minor is None:
        flash("ok", f"{row.name} orders any amount alone.")
    else:
        flash("ok", f"Orders of {row.name} above {format_minor(minor, currency)} need somebody else's yes.")
    return redirect(url_for(".person", user_id=user_id))


@blueprint.post("/people/<int:user_id>/lock")
@needs("people:manage")
def disable_person(user_id: int) -> Answer:
    """Lock somebody out of the company."""
    return _do(user_id, use_cases.disable, "{} can no longer come in.")


@blueprint.post("/people/<int:user_id>/unlock")
@needs("people:manage")
def enable_person(user_id: int) -> Answer:
    """Let somebody in again."""
    return _do(user_id, use_cases.enable, "{} can come in again.")


@blueprint.post("/people/<int:user_id>/invitation")
@needs("people:manage")
def resend_invitation(user_id: int) -> Answer:
    with refusing() as tried:
        count_try(throttling.INVITING, f"company {actor().company_id}")
    if tried.refused is not None:
        flash("error", tried.refused.message)
        return redirect(url_for(".people"))
    user = inviting.resend(db(), actor=actor(), user_id=user_id, public_url=_public_url(), now=now())
    flash("ok", f"A new invitation is on its way to {user.email}. The earlier link no longer works.")
    return redirect(url_for(".people"))


@blueprint.post("/company/acting-consent")
@needs("company:manage")
def set_acting_consent() -> Response:
    """Whether the seller's reps may act inside the company's account."""
    allowed = request.form.get("allowed") == "yes"
    use_cases.set_acting_consent(db(), actor=actor(), allowed=allowed, now=now())
    flash("ok", "Sales reps may act for you." if allowed else "Sales reps can no longer act for you.")
    return redirect(url_for(".people") + "#reps")


def _do(user_id: int, use_case: Callable[..., Any], done: str) -> Answer:
    row = _person(user_id)
    form = RoleForm(formdata=None, role=row.role)
    with refusing(form) as tried:
        use_case(db(), actor=actor(), user_id=user_id, now=now())
    if tried.refused is not None:
        return _page(row, form, 422)
    flash("ok", done.format(row.name))
    return redirect(url_for(".people"))


def _page(row: PersonRow, form: RoleForm, status: int = 200, limit: OrderLimitForm | None = None) -> Answer:
    currency = visit().currency
    stands = row.order_limit_minor
    limit = limit or OrderLimitForm(
        formdata=None, limit="" if stands is None else amount_field(stands, currency)
    )
    page = render_template(
        "accounts/people/person.html",
        person=row,
        form=form,
        limit_form=limit,
        currency=currency,
        is_self=row.id == actor().user_id,
    )
    return page, status
