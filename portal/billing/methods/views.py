"""The company's saved cards and bank accounts. Only people with the permission ever see one."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.billing.methods.queries import methods_of
from portal.billing.methods.use_cases.methods import remove_saved
from portal.billing.pages import blueprint
from portal.billing.payments.page import go_to_stripe, is_test_mode, stripe
from portal.billing.payments.use_cases.start import start_setup
from portal.billing.tabs import money_tabs
from portal.foundation.errors import Rejected
from portal.web.access import confirmed, needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, leave, now, today
from portal.web.ui import flash


@blueprint.get("/payment-methods", endpoint="methods")
@needs("payments:administer")
def show_methods() -> str:
    """What is saved, what uses it, and the automatic ways to pay."""
    return render_template(
        "billing/methods/methods.html",
        methods=methods_of(db(), actor().customer_id, today()),
        cards=stripe() is not None,
        test_mode=is_test_mode(),
        money_tabs=money_tabs("billing.methods"),
    )


@blueprint.post("/payment-methods", endpoint="add_method")
@needs("payments:administer")
@confirmed
def create_method() -> Response:
    """Go to Stripe's page, where a card or bank account is saved; nothing is charged."""
    company_id, api = actor().customer_id, stripe()
    if api is None:
        raise Rejected("cards_off", "Cards and bank accounts are not taken here at the moment.")
    leave()
    with books() as session:
        attempt = start_setup(session, actor=actor(), company_id=company_id, now=now())
    return go_to_stripe(api, attempt, url_for("billing.payment", token=attempt.token))


@blueprint.post("/payment-methods/<handle(method):method_id>/removal", endpoint="remove_method")
@needs("payments:administer")
@confirmed
def delete_method(method_id: int) -> Response:
    """Remove one, unless autopay or a scheduled payment needs it."""
    with refusing(within=books()) as tried:
        method = remove_saved(tried.session, actor=actor(), method_id=method_id, now=now())
        flash("ok", f"{method.words} is removed. Nothing more is charged to it.")
    if tried.refused is not None:
        flash("error", tried.refused.message)
    return redirect(url_for("billing.methods"), 303)
