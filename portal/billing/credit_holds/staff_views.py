"""Putting a company on hold, lifting the hold, and the rule that holds it automatically."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.credit.queries.credit import credit_of
from portal.billing.credit_holds.forms import HoldForm, HoldRuleForm, LiftForm
from portal.billing.credit_holds.queries import broken_promises
from portal.billing.credit_holds.use_cases.hold_rule import set_hold_rule
from portal.billing.credit_holds.use_cases.holds import hold_account, lift_hold
from portal.billing.models.credit import PaymentTerms
from portal.billing.pages import staff_blueprint
from portal.web.access import needs
from portal.web.forms import PortalForm
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads, today
from portal.web.ui import flash


@dataclass(frozen=True)
class HoldForms:
    """The page's three forms; only the one that was sent has what was typed."""

    hold: HoldForm
    lift: LiftForm
    rule: HoldRuleForm


@staff_blueprint.route("/customers/<code>/hold", methods=["GET", "POST"], endpoint="hold")
@needs("billing:manage")
def edit_hold(code: str) -> str | Response | tuple[str, int]:
    """Why, and the button: one puts the company on hold, the other lifts it; and the rule."""
    company = visible_company(db(), actor(), code)
    if only_reads():
        return _page(company, _forms(""), sent="")
    sent = request.form.get("action", "")
    sent = sent if sent in ACTIONS else "hold"
    forms = _forms(sent)
    form, action = ACTIONS[sent]
    with refusing(form(forms)) as tried:
        action(company, forms)
    if tried.refused is None:
        return redirect(url_for(".hold" if sent == "rule" else "desk.customer", code=code))
    return _page(company, forms, sent=sent), 422


def _forms(sent: str) -> HoldForms:
    return HoldForms(
        HoldForm() if sent == "hold" else HoldForm(formdata=None),
        LiftForm() if sent == "lift" else LiftForm(formdata=None),
        HoldRuleForm() if sent == "rule" else HoldRuleForm(formdata=None),
    )


def _page(company: Company, forms: HoldForms, *, sent: str) -> str:
    terms = db().get(PaymentTerms, company.id)
    days = terms.hold_after_days if terms else None
    if sent != "rule":
        forms.rule.days.data = str(days or "")
        forms.rule.promises.data = terms.promises_suspend_hold if terms else True
    return render_template(
        "billing/credit_holds/hold.html",
        company=company,
        credit=credit_of(db(), company.id),
        form=forms.hold,
        lift_form=forms.lift,
        rule_form=forms.rule,
        rule_days=days,
        broken=broken_promises(db(), company.id, today()),
    )


def _hold(company: Company, forms: HoldForms) -> None:
    hold_account(db(), actor=actor(), now=now(), company=company, reason=forms.hold.reason.data or "")
    flash("ok", f"{company.name} is on hold. New orders on account are refused from now on.")


def _lift(company: Company, forms: HoldForms) -> None:
    lift_hold(db(), actor=actor(), now=now(), company=company, note=forms.lift.reason.data or "")
    flash("ok", f"The hold on {company.name} is lifted. New orders are taken again.")


def _set_rule(company: Company, forms: HoldForms) -> None:
    days = forms.rule.read_days()
    promises = bool(forms.rule.promises.data)
    set_hold_rule(db(), actor=actor(), now=now(), company=company, days=days, promises=promises)
    typed = (forms.rule.days.data or "").strip()
    flash("ok", f"{company.name} is held {f'after {typed} days overdue' if typed else 'by people only'}.")


ACTIONS: dict[str, tuple[Callable[[HoldForms], PortalForm], Callable[[Company, HoldForms], None]]] = {
    "hold": (lambda forms: forms.hold, _hold),
    "lift": (lambda forms: forms.lift, _lift),
    "rule": (lambda forms: forms.rule, _set_rule),
}
