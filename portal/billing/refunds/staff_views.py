"""One payment for administrators: what became of it, and refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.billing.chargebacks.words import CHARGEBACK_STATES
from portal.billing.invoices.words import payment_words
from portal.billing.methods.use_cases.suspension import allow_again, methods_behind
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.offline_payments.rules import OFFLINE_KINDS, REVERSALS, reversal_words
from portal.billing.pages import staff_blueprint
from portal.billing.payment_states import REFUND_GONE
from portal.billing.payments.queries.branches import Kin, kin_of
from portal.billing.payments.queries.history import HistoryLine, payment_history
from portal.billing.payments.words import history_words
from portal.billing.refunds.forms import RefundForm
from portal.billing.refunds.queries import (
    CreditRoom,
    Refundable,
    credit_room,
    payment_for_staff,
    refundable,
    refunds_of,
)
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.acknowledge import acknowledge_failure
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.refunds.use_cases.carry_out import carry_out_refund
from portal.billing.refunds.words import REFUND_WORDS
from portal.billing.settlement.queries import chargebacks_of
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.errors import Conflict, Rejected
from portal.foundation.inputs import one_text
from portal.foundation.money import format_minor
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import confirmed, needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, leave, now
from portal.web.ui import flash

LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """What the page shows of a payment.

    :ivar can: what of it can be given back; ``credit`` is what that does to the company's credit.
    """

    payment: Payment
    company: Company
    form: RefundForm
    can: Refundable
    credit: CreditRoom | None
    history: Sequence[HistoryLine]
    refunds: Sequence[Refund]
    chargebacks: Sequence[StripeChargeback]
    is_offline: bool
    kin: Sequence[Kin]
    has_suspended: bool  # what it was paid with is suspended


@staff_blueprint.get("/billing/payments/<number>", endpoint="payment")
@needs("billing:manage")
def show_payment(number: str) -> str:
    """Where the money is, what went back, and the form for a refund."""
    found, company = payment_for_staff(db(), actor(), number)
    form = RefundForm(formdata=None, credit_memo=one_text(request.args, "credit_memo")[:LONGEST_NUMBER])
    form.fresh_key()
    viewed(HistoryLookedUp(opened="payment"), account_id=company.id)
    return _page(found, company, form)


@staff_blueprint.post("/billing/payments/<number>/refunds", endpoint="refund_payment")
@needs("billing:manage")
@confirmed
def create_refund(number: str) -> Response | tuple[str, int]:
    """Give money back. What is known of it once Stripe was asked is shown on the payment's page."""
    found, _ = payment_for_staff(db(), actor(), number)
    form = RefundForm()
    api: Stripe | None = current_app.extensions["stripe"]
    form.validate()
    with refusing() as tried:
        refund = _begin(found, form, api)
    if isinstance(tried.refused, Conflict):
        raise tried.refused
    if tried.refused is not None:
        form.refuse(tried.refused)
        return _page(*payment_for_staff(db(), actor(), number), form), 422
    leave()
    if api is not None and refund.state == "created":
        refund = _carry_out(refund, api)
    _flash_state(refund)
    return redirect(url_for("billing_staff.payment", number=number), 303)


@staff_blueprint.post(
    "/billing/payments/<number>/refunds/<int:refund_id>/acknowledgment", endpoint="acknowledge_refund"
)
@needs("billing:manage")
@confirmed
def create_acknowledgment(number: str, refund_id: int) -> Response:
    """Take a failed refund off the worklist."""
    found, _ = payment_for_staff(db(), actor(), number)
    acknowledge_failure(db(), actor=actor(), payment_id=found.id, refund_id=refund_id, now=now())
    flash("ok", "The failed refund is off the worklist.")
    return redirect(url_for("billing_staff.payment", number=number), 303)


@staff_blueprint.post("/billing/payments/<number>/method", endpoint="allow_method")
@needs("billing:manage")
@confirmed
def create_allowance(number: str) -> Response:
    """Let what the payment was made with be charged again."""
    found, _ = payment_for_staff(db(), actor(), number)
    allowed = allow_again(db(), found, actor=actor(), now=now())
    words = f"{', '.join(allowed)} can be charged again. Autopay begins once the company agrees to it again."
    flash("ok" if allowed else "info", words if allowed else "Nothing is suspended.")
    return redirect(url_for("billing_staff.payment", number=number), 303)


def _begin(payment: Payment, form: RefundForm, api: Stripe | None) -> Refund:
    if payment.kind not in OFFLINE_KINDS and api is None:
        raise Rejected(
            "cards_off", "Stripe is not set up here at the moment, so nothing can be given back there."
        )
    request = RefundRequest(
        payment_id=payment.id,
        amount_minor=form.amount.minor(payment.currency),
        reason=form.reason.data or "",
        agreed=bool(form.agreed.data),
        above_limit=bool(form.above_limit.data),
        key=form.one_key(),
        credit_memo=(form.credit_memo.data or "")[:LONGEST_NUMBER],
    )
    return begin_refund(db(), request, actor=actor(), now=now())


def _carry_out(refund: Refund, api: Stripe) -> Refund:
    try:
        return carry_out_refund(current_app.extensions["sessions"], refund.id, now=now(), api=api)
    except StripeUnknown:
        return refund


def _flash_state(refund: Refund) -> None:
    amount = format_minor(refund.amount_minor, refund.currency)
    if refund.state == "created":
        flash("warn", f"Stripe has not answered yet. We go on asking; the {amount} go back once, not twice.")
    elif refund.state in REFUND_GONE:
        flash("error", f"{amount} could not be given back: {refund.failure_words}")
    else:
        flash(
            "ok", f"{amount} is on its way back." if refund.state == "pending" else f"{amount} is given back."
        )


def _page(payment: Payment, company: Company, form: RefundForm) -> str:
    can = refundable(db(), payment, memo_number=(form.credit_memo.data or "")[:LONGEST_NUMBER])
    if can.asked is not None and not form.amount.data:
        form.amount.fill(min(can.free_minor, max(0, -can.asked.free_minor)), payment.currency)
    chargebacks = chargebacks_of(db(), payment.id)
    page = PaymentPage(
        payment=payment,
        company=company,
        form=form,
        can=can,
        credit=credit_room(db(), payment),
        history=payment_history(db(), payment.id),
        refunds=refunds_of(db(), payment.id),
        chargebacks=chargebacks,
        is_offline=payment.kind in OFFLINE_KINDS,
        kin=kin_of(db(), payment),
        has_suspended=bool(chargebacks) and any(m.suspended_at for m in methods_behind(db(), payment)),
    )
    return render_template(
        "billing/payments/staff_payment.html",
        page=page,
        history_words=history_words,
        refund_states=REFUND_WORDS,
        gone=REFUND_GONE,
        chargeback_states=CHARGEBACK_STATES,
        payment_words=payment_words,
        reversals=list(REVERSALS.items()),
        reversal_words=reversal_words,
    )
