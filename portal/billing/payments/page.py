"""What pages about payments share: the connection to Stripe, the way to its page, and what the pay page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response

from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.billing.cash_application.queries import Credit
from portal.billing.documents.early import early_discount
from portal.billing.methods.queries import MethodRow
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.pay_form import PayForm
from portal.billing.payments.queries.attempts import attempt_of
from portal.billing.payments.queries.payable import Payable
from portal.billing.payments.rules import METHODS
from portal.billing.payments.sums import Rows
from portal.billing.payments.use_cases.checkout import open_checkout
from portal.billing.payments.use_cases.confirmation import begin_confirmation
from portal.billing.payments.use_cases.refresh import refresh_attempt
from portal.billing.settlement.split import Share
from portal.billing.stripe.api import Stripe, StripeRefused, StripeUnknown
from portal.foundation.errors import Rejected
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import book_sessions, books, now, today
from portal.web.ui import flash


def stripe() -> Stripe | None:
    """The connection to Stripe; None in mode off."""
    found: Stripe | None = current_app.extensions["stripe"]
    return found


def is_test_mode() -> bool:
    """True while no real money moves, which every page about payments says."""
    return bool(current_app.extensions["settings"].payments_are_tests)


def go_to_stripe(api: Stripe | None, attempt: PaymentAttempt, status_page: str) -> Response:
    """Redirect the payer to the attempt's page at Stripe; if its address is unknown, to our own page, which finds out."""
    url, sessions = status_page, book_sessions(attempt.company_id)
    if api is not None:
        with suppress(StripeUnknown, StripeRefused):
            url = open_checkout(sessions, attempt.id, now=now(), api=api)
    return redirect(url, 303)


def confirm_on_page(api: Stripe | None, token: str) -> Response:
    """Go to Stripe's page with what a failed charge was for, so that the payer can confirm it. If that is refused, to the
    payment's page, with why."""
    with refusing(within=books()) as tried:
        attempt_of(tried.session, actor().customer_id, token)
        if api is None:
            raise Rejected("nothing_to_confirm", "There is nothing left to confirm here.")
        attempt = begin_confirmation(tried.session, token, actor=actor(), now=now(), today=today())
    if isinstance(tried.refused, TooManyTries):
        raise tried.refused
    if tried.refused is not None:
        flash("info", tried.refused.message)
        return redirect(url_for("billing.payment", token=token), 303)
    return go_to_stripe(api, attempt, url_for("billing.payment", token=attempt.token))


def bring_up_to_date(attempt: PaymentAttempt) -> bool:
    """Refresh the attempt from Stripe; False if its state there is unknown."""
    api = stripe()
    return api is None or refresh_attempt(book_sessions(attempt.company_id), attempt, now=now(), api=api)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    """The page on which invoices are chosen to be paid; amounts in minor units of ``currency``.

    ``shares`` are what would be paid of each document, by its id. ``key`` makes sending the form twice one payment.
    """

    documents: Payable
    form: PayForm
    shares: Mapping[int, Share]
    total_minor: int
    sum_rows: Rows
    currency: str
    cash: Sequence[Credit]
    saved: Sequence[MethodRow]
    under_way: Sequence[tuple[str, str]]
    key: str
    draft: str
    may_save: bool
    cards: bool
    today: date

    def saved_minor(self, invoice: Invoice) -> int:
        """What paying all that is left of an invoice saves today."""
        return early_discount(invoice, self.documents.left(invoice), self.today)

    @property
    def methods(self) -> dict[str, str]:
        """Ways to pay without a saved method; banks are debited in US dollars only."""
        return {kind: words for kind, words in METHODS.items() if kind == "card" or self.currency == "USD"}

    @property
    def method(self) -> str:
        """The way to pay that is chosen."""
        chosen = self.form.method
        return chosen if chosen in METHODS or chosen.startswith("saved-") else "card"
