"""What pages about payments share: the connection to Stripe and the way to its page."""

from __future__ import annotations

from contextlib import suppress

from flask import current_app, redirect
from werkzeug.wrappers import Response

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.checkout import open_checkout
from portal.billing.payments.use_cases.refresh import look_again
from portal.billing.stripe.api import Stripe, StripeRefused, StripeUnknown
from portal.web.transaction import book_sessions, now


def stripe() -> Stripe | None:
    """The connection to Stripe; None in mode off."""
    found: Stripe | None = current_app.extensions["stripe"]
    return found


def is_test_mode() -> bool:
    """True while no real money moves, which every page about paying says."""
    return bool(current_app.extensions["settings"].payments_are_tests)


def go_to_stripe(api: Stripe | None, attempt: PaymentAttempt, status_page: str) -> Response:
    """Send the payer to the attempt's page at Stripe; where that is not known, to our own that finds out."""
    url, sessions = status_page, book_sessions(attempt.company_id)
    if api is not None:
        with suppress(StripeUnknown, StripeRefused):
            url = open_checkout(sessions, attempt.id, now=now(), api=api)
    return redirect(url, 303)


def bring_up_to_date(attempt: PaymentAttempt) -> bool:
    """Look at the attempt at Stripe; False when it is not known how it stands there."""
    api = stripe()
    return api is None or look_again(book_sessions(attempt.company_id), attempt, now=now(), api=api)
