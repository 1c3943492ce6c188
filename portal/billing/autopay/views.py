"""Autopay: the company's rule, the words it agrees to, and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from portal.accounts.models import Company
from portal.billing.autopay.forms import AutopayForm
from portal.billing.autopay.queries import Skipped, invoices_for_run, rule_of
from portal.billing.autopay.rules import MandateOffer, Rule
from portal.billing.autopay.run_days import next_run
from portal.billing.autopay.use_cases.mandates import begin_autopay, end_autopay, mandate_words
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.methods.queries import autopay_of, methods_to_charge
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.pages import blueprint
from portal.billing.payments.page import is_test_mode, stripe
from portal.billing.tabs import money_tabs
from portal.foundation.errors import Rejected
from portal.foundation.secrets.handles import handle
from portal.web.access import confirmed, needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, today
from portal.web.ui import flash

HORIZON = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningAutopay:
    """The active mandate, with the invoices it pays next and those that it leaves alone."""

    mandate: Autopay
    rule: Rule
    method: SavedMethod
    next_on: date | None
    coming: Sequence[OpenDocument]
    skipped: Sequence[Skipped]

    @property
    def is_suspended(self) -> bool:
        """Whether nothing is charged, because a bank took a payment back."""
        return self.mandate.suspended_at is not None or self.method.suspended_at is not None


@blueprint.get("/autopay", endpoint="autopay")
@needs("payments:administer")
def show_autopay() -> str:
    """The active mandate, with what it pays next, or the form to begin."""
    form = AutopayForm(formdata=None)
    mandate = autopay_of(db(), actor().customer_id)
    if mandate is not None:
        form.rule.data = mandate.rule
        form.day.data = mandate.day or None
        form.method.data = mandate.saved_method_id
        if mandate.limit_minor is not None:
            form.limit.fill(mandate.limit_minor, _currency())
    return _page(form)


@blueprint.post("/autopay", endpoint="agree_autopay")
@needs("payments:administer")
@confirmed
def create_mandate() -> Response | tuple[str, int] | str:
    """First the words to agree to, then, ticked, the mandate."""
    form = AutopayForm()
    _set_choices(form)
    if not form.validate():
        return _page(form), 422
    words = ""
    with refusing(form) as tried:
        offer = _offer(form)
        words = mandate_words(db(), offer, actor=actor(), today=today())
    if tried.refused is None and request.form.get("step") != "agree":
        return _page(form, words)
    if tried.refused is not None or not _begin(form, offer):
        return _page(form, words), 422
    flash("ok", "Autopay is on. You are told by mail before each payment.")
    return redirect(url_for("billing.autopay"), 303)


def _begin(form: AutopayForm, offer: MandateOffer) -> bool:
    with refusing(form, books()) as tried:
        if not form.agreed.data:
            raise Rejected("agreed", "Tick the box to agree.", field="agreed")
        begin_autopay(
            tried.session, offer, actor=actor(), shown=form.shown.data or "", now=now(), today=today()
        )
    return tried.refused is None


@blueprint.post("/autopay/ending", endpoint="end_autopay")
@needs("payments:administer")
@confirmed
def create_ending() -> Response:
    """End it at once."""
    with books() as session:
        ended = end_autopay(session, actor=actor(), now=now())
    flash("ok" if ended else "info", "Autopay is off." if ended else "Autopay was off already.")
    return redirect(url_for("billing.autopay"), 303)


def _offer(form: AutopayForm) -> MandateOffer:
    rule = Rule(form.rule.data, form.day.data or 0, form.limit.minor_or_none(_currency()))
    seller: str = current_app.extensions["settings"].seller_name
    return MandateOffer(rule=rule, method_id=form.method.data, seller=seller)


def _set_choices(form: AutopayForm) -> None:
    found = methods_to_charge(db(), actor(), today())
    form.method.choices = [SelectChoice(handle("method", each.id), each.words) for each in found]


def _page(form: AutopayForm, words: str = "") -> str:
    """The page; with ``words`` it asks to agree to them."""
    _set_choices(form)
    mandate = autopay_of(db(), actor().customer_id)
    return render_template(
        "billing/autopay/autopay.html",
        form=form,
        words=words,
        running=None if mandate is None else _running(mandate),
        money_tabs=money_tabs("billing.methods"),
        cards=stripe() is not None,
        test_mode=is_test_mode(),
    )


def _running(mandate: Autopay) -> RunningAutopay:
    rule, on = rule_of(mandate), today()
    coming, skipped = invoices_for_run(
        db(), mandate.company_id, rule, _horizon(rule, on), since=mandate.agreed_at
    )
    return RunningAutopay(
        mandate=mandate,
        rule=rule,
        method=db().get_one(SavedMethod, mandate.saved_method_id),
        next_on=next_run(rule, mandate.ran_on or on),
        coming=coming,
        skipped=skipped,
    )


def _horizon(rule: Rule, on: date) -> date:
    """How far ahead the page looks: to the next monthly run, or over the invoices that are due within a month."""
    return next_run(rule, on) or on + HORIZON


def _currency() -> str:
    return db().get_one(Company, actor().customer_id).currency
