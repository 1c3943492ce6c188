"""A payment: the page that a payer returns to, the receipt, and cancelling."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.payments.page import bring_up_to_date, is_test_mode, stripe
from portal.billing.payments.queries.attempts import attempt_of
from portal.billing.payments.queries.receipts import Receipt, receipt_of
from portal.billing.payments.sums import Rows, asked_rows, paid_rows, receipt_facts
from portal.billing.payments.use_cases.checkout import cancel_attempt
from portal.billing.payments.use_cases.group import pass_on
from portal.billing.scheduled.use_cases import cancel_scheduled_payment
from portal.billing.stripe.api import StripeUnknown
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import book_sessions, books, leave, now, own_transaction
from portal.web.ui import flash


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """What the page shows of an attempt.

    :ivar known: whether Stripe answered.
    :ivar again_href: a new payment of the same invoices.
    :ivar draft_href: back to the order that it pays for.
    """

    receipt: Receipt
    known: bool
    here: str
    again_href: str | None
    cancel_href: str | None
    draft_href: str | None

    @property
    def attempt(self) -> PaymentAttempt:
        """The attempt as it is now."""
        return self.receipt.attempt

    @property
    def waiting(self) -> bool:
        """Whether the page refreshes automatically."""
        return self.attempt.state == "created" or (not self.known and self.attempt.state == "open")

    @property
    def sum_rows(self) -> Rows:
        """What was settled, or is to be paid, of each document."""
        return paid_rows(self.receipt) if self.receipt.payment else asked_rows(self.receipt)

    @property
    def facts(self) -> Rows:
        """How, by whom and with which credit memos it was paid."""
        return receipt_facts(self.receipt)


@blueprint.get("/payments/<token>", endpoint="payment")
@needs("invoices:pay")
def show_payment(token: str) -> str:
    """The state of the payment. Refreshed from Stripe first, so that it is right even without a webhook; frequent reloads
    do not ask Stripe each time."""
    attempt = _own(token)
    known = bring_up_to_date(attempt)
    if attempt.purpose == "group" and known:
        with own_transaction() as session:  # several companies' books
            pass_on(session, attempt.id, now=now())
    with books() as session:
        receipt = receipt_of(session, attempt_of(session, actor().customer_id, token))
    page = PaymentPage(
        receipt=receipt,
        known=known,
        here=url_for("billing.payment", token=token),
        again_href=url_for("billing.new_payment", invoice=receipt.numbers) if receipt.numbers else None,
        cancel_href=url_for("billing.cancel_payment", token=token) if _may_cancel(receipt.attempt) else None,
        draft_href=_draft_href(attempt),
    )
    return render_template("billing/payments/payment.html", page=page, test_mode=is_test_mode())


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
    else:
        _flash_state(attempt)
    return here


def _flash_state(attempt: PaymentAttempt) -> None:
    if attempt.state == "succeeded":
        flash("info", "It was paid a moment before you cancelled.")
    elif attempt.state == "cancelled":
        flash("ok", "The payment is cancelled. Nothing was taken.")


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
