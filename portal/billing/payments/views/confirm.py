"""A failed automatic payment that its owner's bank wants confirmed: the same payment again, on Stripe's page."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.billing.pages import blueprint
from portal.billing.payments.page import confirm_on_page, stripe
from portal.web.access import needs
from portal.web.transaction import leave


@blueprint.post("/payments/<token>/confirmation", endpoint="confirm_payment")
@needs("invoices:pay")
def create_confirmation(token: str) -> Response:
    """Begin a payment of what the failed one was for, as far as it is still open, and go to Stripe's page. Idempotent."""
    leave()
    return confirm_on_page(stripe(), token)
