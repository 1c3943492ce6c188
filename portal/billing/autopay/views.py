"""Autopay: the company's rule, the words it agrees to, and ending it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from portal.accounts.models import Company
from portal.billing.autopay import use_cases
from portal.billing.autopay.forms import AutopayForm
from portal.billing.autopay.queries import rule_of, wanted
from portal.billing.autopay.rules import Rule, next_run
from portal.billing.methods.queries import autopay_of, methods_to_charge
from portal.billing.models.methods import SavedMethod
from portal.billing.pages import blueprint
from portal.billing.payments.page import is_test_mode, stripe
from portal.billing.tabs import money_tabs
from portal.foundation.amounts import amount_field
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.forms import amount_of
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, today
from portal.web.ui import flash


@blueprint.get("/autopay", endpoint="autopay")
@needs("payments:administer")
def autopay() -> str:
    """The mandate that runs, with what it pays next, or the form to begin."""
    form = AutopayForm(formdata=None)
    running = autopay_of(db(), actor().customer_id)
    if running is not None:
        form.rule.data, form.day.data, form.method.data = (
            running.rule,
            running.day or None,
            running.saved_method_id,
        )
        if running.limit_minor is not None:
            form.limit.data = amount_field(running.limit_minor, _currency())
    return _page(form)


@blueprint.post("/autopay", endpoint="agree_autopay")
@needs("payments:administer")
def agree_autopay() -> Response | tuple[str, int] | str:
    """First the words to agree to, then, ticked, the mandate."""
    form = AutopayForm()
    _offer(form)
    if not form.validate():
        return _page(form), 422
    words = ""
    with refusing(form) as tried:
        rule = _rule(form)
        _, words = use_cases.words_for(
            db(), actor=actor(), rule=rule, method_id=form.method.data, seller=_seller(), today=today()
        )
    if tried.refused is None and request.form.get("step") != "agree":
        return _page(form, words)
    if tried.refused is not None or not _agree(form, rule):
        return _page(form, words), 422
    flash("ok", "Autopay is on. You are told by mail before each payment.")
    return redirect(url_for("billing.autopay"), 303)


def _agree(form: AutopayForm, rule: Rule) -> bool:
    with refusing(form, books()) as tried:
        if not form.agreed.data:
            raise Rejected("agreed", "Tick the box to agree.", field="agreed")
        use_cases.agree(
            tried.session,
            actor=actor(),
            rule=rule,
            method_id=form.method.data,
            shown=form.shown.data or "",
            seller=_seller(),
            now=now(),
            today=today(),
        )
    return tried.refused is None


@blueprint.post("/autopay/ending", endpoint="end_autopay")
@needs("payments:administer")
def end_autopay() -> Response:
    """End it at once."""
    with books() as session:
        ended = use_cases.end(session, actor=actor(), now=now())
    flash("ok" if ended else "info", "Autopay is off." if ended else "Autopay was off already.")
    return redirect(url_for("billing.autopay"), 303)


def _rule(form: AutopayForm) -> Rule:
    limit = amount_of(form.limit, _currency(), name="limit") if form.limit.data else None
    return Rule(form.rule.data, form.day.data or 0, limit)


def _offer(form: AutopayForm) -> None:
    found = methods_to_charge(db(), actor(), today())
    form.method.choices = [SelectChoice(each.id, each.words) for each in found]


def _page(form: AutopayForm, words: str = "") -> str:
    """The page; with ``words`` it asks to agree to them."""
    _offer(form)
    company_id = actor().customer_id
    running = autopay_of(db(), company_id)
    context: dict[str, Any] = {
        "form": form,
        "words": words,
        "running": running,
        "money_tabs": money_tabs("billing.methods"),
        "cards": stripe() is not None,
        "test_mode": is_test_mode(),
    }
    if running is not None:
        rule, on = rule_of(running), today()
        context["rule"] = rule
        context["method"] = db().get_one(SavedMethod, running.saved_method_id)
        context["next_on"] = next_run(rule, running.ran_on or on)
        context["coming"], context["left"] = wanted(
            db(), company_id, rule, _horizon(rule, on), since=running.agreed_at
        )
    return render_template("billing/autopay/autopay.html", **context)


def _horizon(rule: Rule, on: date) -> date:
    """How far ahead the page looks: to the next monthly run, or over the invoices that are due in a month."""
    found = next_run(rule, on)
    return found if found is not None else date.fromordinal(on.toordinal() + 31)


def _currency() -> str:
    return db().get_one(Company, actor().customer_id).currency


def _seller() -> str:
    name: str = current_app.extensions["settings"].seller_name
    return name
