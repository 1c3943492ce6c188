"""A payment: the page that a payer returns to, the receipt, and cancelling."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.payment_states import LABELS
from portal.billing.payments.page import bring_up_to_date, is_test_mode, stripe
from portal.billing.payments.queries.attempts import attempt_of
from portal.billing.payments.queries.receipts import receipt_of
from portal.billing.payments.sums import asked_rows, paid_rows, receipt_facts
from portal.billing.payments.use_cases.checkout import cancel_attempt
from portal.billing.scheduled.use_cases import cancel_scheduled_payment
from portal.billing.stripe.api import StripeUnknown
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import book_sessions, books, leave, now
from portal.web.ui import flash


@blueprint.get("/payments/<token>", endpoint="payment")
@needs("invoices:pay")
def show_payment(token: str) -> str:
    """The state of the payment. Refreshed from Stripe first, so that it is right even without a webhook; frequent reloads
    do not ask Stripe each time."""
    attempt = _own(token)
    known = bring_up_to_date(attempt)
    with books() as session:
        receipt = receipt_of(session, attempt_of(session, actor().customer_id, token))
    return render_template(
        "billing/payments/payment.html",
        receipt=receipt,
        attempt=receipt.attempt,
        sum_rows=paid_rows(receipt) if receipt.payment else asked_rows(receipt),
        receipt_facts=receipt_facts(receipt) if receipt.payment else [],
        known=known,
        labels=LABELS,
        test_mode=is_test_mode(),
        here=url_for("billing.payment", token=token),
        again_href=url_for("billing.new_payment", invoice=receipt.numbers) if receipt.numbers else None,
        cancel_href=url_for("billing.cancel_payment", token=token) if _may_cancel(receipt.attempt) else None,
        draft_href=_draft_href(attempt),
    )


@blueprint.post("/payments/<token>/cancellation", endpoint="cancel_payment")
@needs("invoices:pay")
def cancel_payment(token: str) -> Response:
    """Cancel the payment: its page at Stripe is closed first."""
    attempt = _own(token)
    here = redirect(url_for("billing.payment", token=token), 303)
    if not _may_cancel(attempt):
        flash("warn", "Who looks after your company's ways to pay scheduled this, and can cancel it.")
        return here
    try:
        with refusing(within=books()) as tried:
            attempt = _cancel(tried.session, attempt)
    except StripeUnknown:
        flash(
            "warn", "We can't reach our payment service, so the payment is not cancelled yet. Try again soon."
        )
        return here
    if tried.refused is not None:
        flash("warn", tried.refused.message)
        return here
    if attempt.state == "succeeded":
        flash("info", "It was paid a moment before you cancelled.")
    elif attempt.state == "cancelled":
        flash("ok", "The payment is cancelled. Nothing was taken.")
    return here


def _cancel(session: Session, attempt: PaymentAttempt) -> PaymentAttempt:
    if attempt.state != "scheduled":  # has transactions of its own, around the requests to Stripe
        return cancel_attempt(book_sessions(), attempt.id, now=now(), api=stripe())
    return cancel_scheduled_payment(session, actor=actor(), token=attempt.token, now=now())


def _may_cancel(attempt: PaymentAttempt) -> bool:
    """A scheduled charge of a saved method takes the permission to administer payments."""
    return attempt.state != "scheduled" or actor().can("payments:administer")


def _draft_href(attempt: PaymentAttempt) -> str | None:
    """Back to the order that it pays for; only for the payer, whose draft it is."""
    if attempt.draft_id is None or attempt.actor_user_id != actor().user_id:
        return None
    return url_for("orders.review", draft_id=attempt.draft_id)


def _own(token: str) -> PaymentAttempt:
    """The attempt of the reader's own company; the request's transaction is over then."""
    company_id = actor().customer_id
    leave()
    with books() as session:
        return attempt_of(session, company_id, token)
