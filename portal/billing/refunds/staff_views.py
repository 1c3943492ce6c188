"""One payment for administrators: what became of it, and giving money back."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.billing.chargebacks.words import CHARGEBACK_STATES
from portal.billing.invoices.words import payment_words
from portal.billing.models.payments import Payment, Refund
from portal.billing.pages import staff_blueprint
from portal.billing.payment_states import REFUND_GONE
from portal.billing.payments.queries.history import payment_history
from portal.billing.payments.words import history_words
from portal.billing.refunds.forms import RefundForm
from portal.billing.refunds.queries import OFFLINE, credit_room, payment_for_staff, refundable, refunds_of
from portal.billing.refunds.use_cases import refunds as refunding
from portal.billing.refunds.words import REFUND_WORDS
from portal.billing.settlement.queries import chargebacks_of
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.forms import amount_of
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, leave, now
from portal.web.ui import flash


@staff_blueprint.get("/billing/payments/<number>", endpoint="payment")
@needs("billing:manage")
def payment(number: str) -> str:
    """Where the money lies, what went back, and the form for a refund."""
    found, company = payment_for_staff(db(), actor(), number)
    form = RefundForm(formdata=None)
    form.fresh_key()
    viewed(HistoryLookedUp(opened="payment"), account_id=company.id)
    return _page(found, company, form)


@staff_blueprint.post("/billing/payments/<number>/refunds", endpoint="refund_payment")
@needs("billing:manage")
def refund_payment(number: str) -> Response | tuple[str, int]:
    """Give money back. What is known of it once Stripe was asked stands on the payment's page."""
    found, company = payment_for_staff(db(), actor(), number)
    form = RefundForm()
    api: Stripe | None = current_app.extensions["stripe"]
    form.validate()
    with refusing() as tried:
        if found.kind not in OFFLINE and api is None:
            raise Rejected(
                "cards_off", "Stripe is not set up here at the moment, so nothing can be given back there."
            )
        refund = refunding.begin(
            db(),
            actor=actor(),
            payment_id=found.id,
            amount_minor=amount_of(form.amount, found.currency),
            reason=form.reason.data or "",
            agreed=bool(form.agreed.data),
            above_limit=bool(form.above_limit.data),
            key=form.one_key(),
            now=now(),
        )
    if (no := tried.refused) is not None:
        if no.outcome == "conflict" and no.field is None and no.code == "same_form":
            raise no
        form.refuse(no)
        found, company = payment_for_staff(db(), actor(), number)
        return _page(found, company, form), 422
    leave()
    if api is not None and refund.state == "created":
        refund = _tell_stripe(refund, api) or refund
    _say(refund)
    return redirect(url_for("billing_staff.payment", number=number), 303)


def _tell_stripe(refund: Refund, api: Stripe) -> Refund | None:
    try:
        return refunding.carry_out(current_app.extensions["sessions"], refund.id, now=now(), api=api)
    except StripeUnknown:
        return None


def _say(refund: Refund) -> None:
    amount = format_minor(refund.amount_minor, refund.currency)
    if refund.state == "created":
        flash("warn", f"Stripe has not answered yet. We go on asking; the {amount} go back once, not twice.")
    elif refund.state in REFUND_GONE:
        flash("error", f"{amount} could not be given back: {refund.failure_words}")
    else:
        flash(
            "ok", f"{amount} is on its way back." if refund.state == "pending" else f"{amount} is given back."
        )


def _page(found: Payment, company: Company, form: RefundForm) -> str:
    can = refundable(db(), found)
    context: dict[str, Any] = {
        "payment": found,
        "company": company,
        "form": form,
        "can": can,
        "credit": credit_room(db(), found),
        "history": payment_history(db(), found.id),
        "history_words": history_words,
        "refunds": refunds_of(db(), found.id),
        "refund_states": REFUND_WORDS,
        "chargebacks": chargebacks_of(db(), found.id),
        "chargeback_states": CHARGEBACK_STATES,
        "payment_words": payment_words,
        "is_offline": found.kind in OFFLINE,
    }
    return render_template("billing/offline_payments/staff_payment.html", **context)
