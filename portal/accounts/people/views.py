"""A company's people, for its administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.accounts.pages import Answer, blueprint
from portal.accounts.people.forms import OrderLimitForm, RoleForm
from portal.accounts.people.queries import PersonRow, people_page, person_in
from portal.accounts.people.use_cases import change_role, disable, enable, set_acting_consent, set_order_limit
from portal.accounts.roles import ROLE_LABELS
from portal.foundation.amounts import amount_field
from portal.foundation.errors import NotFound
from portal.foundation.money import format_minor
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now
from portal.web.ui import flash


@dataclass(frozen=True)
class PeoplePage:
    """The list of a company's people, with the words searched for."""

    company: Company
    people: Sequence[PersonRow]
    words: str
    next_href: str | None
    first_href: str | None
    role_labels: Mapping[str, str]


@blueprint.get("/people")
@needs("people:read")
def people() -> Answer:
    company = db().get(Company, actor().company_id)
    if company is None:
        raise NotFound
    words, cursor = strip(request.args.get("q", ""))[:60], request.args.get("after")
    found = people_page(db(), company.id, words=words, cursor=cursor)
    kept = {"q": words or None}
    page = PeoplePage(
        company=company,
        people=found.rows,
        words=words,
        next_href=url_for(".people", after=found.next_cursor, **kept) if found.next_cursor else None,
        first_href=url_for(".people", **kept) if cursor else None,
        role_labels=ROLE_LABELS,
    )
    return render_template("accounts/people/people.html", page=page)


@blueprint.get("/people/<handle(person):user_id>")
@needs("people:manage")
def person(user_id: int) -> Answer:
    return _page(_person(user_id))


@blueprint.post("/people/<handle(person):user_id>/role", endpoint="change_role")
@needs("people:manage")
def edit_role(user_id: int) -> Answer:
    row = _person(user_id)
    form = RoleForm()
    if not form.validate_on_submit():
        return _page(row, form), 422
    with refusing(form) as tried:
        change_role(db(), actor=actor(), user_id=user_id, role=form.role.data, now=now())
    if tried.refused is not None:
        return _page(row, form), 422
    flash("ok", f"{row.name} is now {ROLE_LABELS[form.role.data].lower()}.")
    return redirect(url_for(".people"))


@blueprint.post("/people/<handle(person):user_id>/order-limit", endpoint="set_order_limit")
@needs("people:manage")
def edit_order_limit(user_id: int) -> Answer:
    """How much somebody may order without approval; an empty field removes the limit."""
    row = _person(user_id)
    form = OrderLimitForm()
    currency = visit().currency
    with refusing(form) as tried:
        minor = form.limit.minor_or_none(currency)
        set_order_limit(db(), actor=actor(), user_id=user_id, limit_minor=minor, now=now())
    if tried.refused is not None:
        return _page(row, limit_form=form), 422
    flash("ok", _limit_words(row.name, minor, currency))
    return redirect(url_for(".person", user_id=user_id))


@blueprint.post("/people/<handle(person):user_id>/lock")
@needs("people:manage")
def disable_person(user_id: int) -> Answer:
    """Lock somebody out of the company."""
    return _change_access(user_id, disable, "can no longer come in")


@blueprint.post("/people/<handle(person):user_id>/unlock")
@needs("people:manage")
def enable_person(user_id: int) -> Answer:
    """Restore somebody's access."""
    return _change_access(user_id, enable, "can come in again")


@blueprint.post("/company/acting-consent", endpoint="set_acting_consent")
@needs("company:manage")
def edit_acting_consent() -> Response:
    """Whether the seller's reps may act inside the company's account."""
    allowed = request.form.get("allowed") == "yes"
    set_acting_consent(db(), actor=actor(), allowed=allowed, now=now())
    flash("ok", "Sales reps may act for you." if allowed else "Sales reps can no longer act for you.")
    return redirect(url_for(".people") + "#reps")


def _person(user_id: int) -> PersonRow:
    return person_in(db(), actor().company_id, user_id)


def _limit_words(name: str, minor: int | None, currency: str) -> str:
    if minor is None:
        return f"{name} orders any amount alone."
    return f"Orders of {name} above {format_minor(minor, currency)} need somebody else's yes."


def _change_access(user_id: int, change: Callable[..., object], done: str) -> Answer:
    row = _person(user_id)
    form = RoleForm(formdata=None, role=row.role)
    with refusing(form) as tried:
        change(db(), actor=actor(), user_id=user_id, now=now())
    if tried.refused is not None:
        return _page(row, form), 422
    flash("ok", f"{row.name} {done}.")
    return redirect(url_for(".people"))


def _page(row: PersonRow, form: RoleForm | None = None, limit_form: OrderLimitForm | None = None) -> str:
    currency = visit().currency
    minor = row.order_limit_minor
    typed = "" if minor is None else amount_field(minor, currency)
    return render_template(
        "accounts/people/person.html",
        person=row,
        form=form or RoleForm(formdata=None, role=row.role),
        limit_form=limit_form or OrderLimitForm(formdata=None, limit=typed),
        currency=currency,
        is_self=row.id == actor().user_id,
    )
