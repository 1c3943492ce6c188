"""What reps may order in the company's name without approval."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from portal.accounts.limits.forms import RepLimitForm
from portal.accounts.limits.use_cases import set_rep_limit
from portal.accounts.models import Company
from portal.accounts.pages import Answer, blueprint
from portal.foundation.amounts import amount_field
from portal.foundation.errors import NotFound
from portal.foundation.money import format_minor
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import SAFE_METHODS, db, now
from portal.web.ui import flash


@blueprint.route("/company/rep-limit", methods=["GET", "POST"], endpoint="rep_limit")
@needs("company:manage")
def edit_rep_limit() -> Answer:
    """How much a rep may order for the company's people without approval; an empty field removes the limit."""
    company = _company()
    if request.method in SAFE_METHODS:
        minor = company.rep_order_limit_minor
        typed = "" if minor is None else amount_field(minor, company.currency)
        return _page(company, RepLimitForm(formdata=None, limit=typed))
    form = RepLimitForm()
    with refusing(form) as tried:
        minor = form.limit.minor_or_none(company.currency)
        set_rep_limit(db(), actor=actor(), limit_minor=minor, now=now())
    if tried.refused is not None:
        return _page(company, form), 422
    flash("ok", _words(company, minor))
    return redirect(url_for(".people") + "#reps")


def _company() -> Company:
    company = db().get(Company, actor().company_id)
    if company is None:
        raise NotFound
    return company


def _words(company: Company, minor: int | None) -> str:
    if minor is None:
        return f"Sales reps order for {company.name} what the person they act for may order alone."
    return f"What sales reps order for {company.name} above {format_minor(minor, company.currency)} needs somebody's yes."


def _page(company: Company, form: RepLimitForm) -> str:
    return render_template("accounts/limits/rep_limit.html", company=company, form=form)
