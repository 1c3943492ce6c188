"""Putting a company on hold, lifting the hold, and the rule by which it is held by itself."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.credit.queries.credit import credit_of
from portal.billing.credit_holds.forms import HoldForm, HoldRuleForm, LiftForm
from portal.billing.credit_holds.use_cases import hold_rule
from portal.billing.credit_holds.use_cases import holds as holding
from portal.billing.models.credit import PaymentTerms
from portal.billing.pages import staff_blueprint
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash

FORMS = {"hold": HoldForm, "lift": LiftForm, "rule": HoldRuleForm}


@staff_blueprint.route("/customers/<code>/hold", methods=["GET", "POST"])
@needs("billing:manage")
def hold(code: str) -> str | Response | tuple[str, int]:
    """Why, and the button: one puts the company on hold, the other lifts it; beside it the rule."""
    company = visible_company(db(), actor(), code)
    action = request.form.get("action") if request.form.get("action") in FORMS else "hold"
    forms = {
        name: kind() if request.method == "POST" and name == action else kind(formdata=None)
        for name, kind in FORMS.items()
    }
    status = 200
    if request.method == "POST":
        with refusing(forms[str(action)]) as tried:
            DEEDS[str(action)](company, forms[str(action)])
        if tried.refused is None:
            return redirect(url_for(".hold" if action == "rule" else "desk.customer", code=code))
        status = 422
    terms = db().get(PaymentTerms, company.id)
    days = terms.hold_after_days if terms else None
    if status == 200 or action != "rule":
        forms["rule"].days.data = str(days or "")
    page = render_template(
        "billing/credit_holds/hold.html",
        company=company,
        credit=credit_of(db(), company.id),
        form=forms["hold"],
        lift_form=forms["lift"],
        rule_form=forms["rule"],
        rule_days=days,
    )
    return page, status


def _hold(company: Company, form: HoldForm) -> None:
    holding.hold(db(), actor=actor(), now=now(), company=company, reason=form.reason.data or "")
    flash("ok", f"{company.name} is on hold. New orders on account are refused from now on.")


def _lift(company: Company, form: LiftForm) -> None:
    holding.lift(db(), actor=actor(), now=now(), company=company, note=form.reason.data or "")
    flash("ok", f"The hold on {company.name} is lifted. New orders are taken again.")


def _rule(company: Company, form: HoldRuleForm) -> None:
    typed = (form.days.data or "").strip()
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    hold_rule.set_rule(db(), actor=actor(), now=now(), company=company, days=days if typed else None)
    flash("ok", f"{company.name} is held {f'after {typed} days overdue' if typed else 'by people only'}.")


DEEDS = {"hold": _hold, "lift": _lift, "rule": _rule}
