"""Unapplied cash and credit memos of the company, and applying them to invoices."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.billing.cash_application.forms import DepositForm
from portal.billing.cash_application.page import CreditPage, Sent, credit_page, suggested_form
from portal.billing.cash_application.queries import Credit, applications, credit_named, credits_of
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.credit_use import set_credit_use
from portal.billing.cash_application.use_cases.returns import ask_for_return
from portal.billing.pages import blueprint
from portal.billing.payments.page import go_to_stripe, stripe
from portal.billing.payments.use_cases.deposits import pay_on_account
from portal.billing.settlement.choice_page import Whose, step_of
from portal.billing.settlement.use_cases.own_credit import uses_credit
from portal.billing.tabs import money_tabs
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, leave, now, today
from portal.web.ui import flash


@blueprint.get("/credits", endpoint="credits")
@needs("invoices:pay")
def show_credits() -> str:
    """What can be applied to invoices, and what was."""
    form = DepositForm(formdata=None)
    form.fresh_key()
    return _credits(form)


@blueprint.post("/credits/payments", endpoint="pay_on_account")
@needs("invoices:pay")
def create_deposit() -> Response | tuple[str, int]:
    """Go to Stripe's page with a round sum that is for no invoice in particular."""
    api, form = stripe(), DepositForm()
    form.validate()
    with refusing(form, books()) as tried:
        if api is None:
            raise Rejected("cards_off", "Cards and bank debits are not taken here at the moment.")
        amount = form.amount.minor(db().get_one(Company, actor().customer_id).currency)
        attempt = pay_on_account(
            tried.session,
            actor=actor(),
            amount_minor=amount,
            form_key=form.one_key(),
            now=now(),
            today=today(),
        )
    if isinstance(tried.refused, TooManyTries):
        raise tried.refused
    if tried.refused is not None:
        return _credits(form), 422
    leave()
    return go_to_stripe(api, attempt, url_for("billing.payment", token=attempt.token))


def _credits(form: DepositForm) -> str:
    company_id = actor().customer_id
    return render_template(
        "billing/cash_application/credits.html",
        form=form,
        cards=stripe() is not None,
        credits=credits_of(db(), company_id, ahead=False),
        applications=applications(db(), company_id),
        used_first=uses_credit(db(), company_id),
        may_set=actor().can("payments:administer"),
        money_tabs=money_tabs("billing.credits"),
    )


@blueprint.post("/credits/<name>/return-requests", endpoint="ask_for_return")
@needs("invoices:pay")
def create_return_request(name: str) -> Response:
    """Ask for money on account back."""
    with refusing(within=books()) as tried:
        ask_for_return(tried.session, actor=actor(), source=Source.named(name), now=now())
    if tried.refused is not None:
        flash("error", tried.refused.message)
    else:
        flash("ok", "We have your request, and get back to you. Until then the money stays as it is.")
    return redirect(url_for("billing.credits"), 303)


@blueprint.post("/credits/use", endpoint="set_credit_use")
@needs("payments:administer")
def create_setting() -> Response:
    """Have credit used first, or leave it to people."""
    on = request.form.get("first") == "1"
    with books() as session:
        set_credit_use(session, actor=actor(), on=on, now=now())
    words = (
        "Credit is used first from now on: by autopay, scheduled payments, pay links and new invoices."
        if on
        else "Credit stays until somebody uses it."
    )
    flash("ok", words)
    return redirect(url_for("billing.credits"), 303)


@blueprint.get("/credits/<name>", endpoint="credit_use")
@needs("invoices:pay")
def show_credit(name: str) -> str:
    """How much of it goes onto which invoice; the oldest are filled in first."""
    credit = credit_named(db(), actor().customer_id, name, ahead=False)
    form, chosen = suggested_form(credit, actor().customer_id)
    return credit_page(_page(credit), credit, form, chosen, _own())


@blueprint.post("/credits/<name>/applications", endpoint="apply_credit")
@needs("invoices:pay")
def create_application(name: str) -> Response | tuple[str, int] | str:
    """Apply it; pressed twice, once. Other buttons only read the numbers or show other invoices."""
    sent = Sent(name, _own(), ahead=False)
    if step_of():
        credit = sent.look()
        page = credit_page(_page(credit), credit, sent.form, sent.chosen, sent.whose)
        return (page, 422) if sent.form.numbers.errors else page
    with refusing(sent.form, books()) as tried:
        done = sent.apply(tried.session)
    if tried.refused is not None:
        credit, chosen = sent.again()
        return credit_page(_page(credit), credit, sent.form, chosen, sent.whose), 422
    flash(
        "ok" if done else "info",
        "It is put onto your invoices." if done else "It had been put onto your invoices before.",
    )
    return redirect(url_for("billing.credits"), 303)


def _own() -> Whose:
    return Whose(actor().customer_id, "")


def _page(credit: Credit) -> CreditPage:
    return CreditPage(
        layout="layouts/page.html",
        invoice_endpoint="billing.invoice",
        action=url_for("billing.apply_credit", name=credit.name),
        back_href=url_for("billing.credits"),
        back_label="Credit",
    )
