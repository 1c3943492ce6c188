"""Stripe's webhooks: check the signature of the raw body, store the event id, queue a job, answer at once."""

from __future__ import annotations

import structlog
from flask import abort, request

from portal.billing.pages import blueprint
from portal.billing.payments.page import stripe
from portal.billing.stripe.api import BadSignature
from portal.billing.stripe_events.use_cases import store_event
from portal.web.access import public
from portal.web.browser.form_tokens import csrf
from portal.web.security import takes_up_to
from portal.web.transaction import now, own_transaction

log = structlog.get_logger(__name__)

LARGEST = 256 * 1024


@blueprint.post("/hooks/stripe", endpoint="stripe_webhook")
@public
@takes_up_to(LARGEST)
def stripe_webhook() -> tuple[str, int]:
    """Store the event. Idempotent: a repeat gets the same answer."""
    api = stripe()
    if api is None:
        abort(404)
    try:
        event = api.verified_event(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except BadSignature as error:
        log.warning("a webhook without a valid signature was refused", why=str(error))
        return "", 400
    with own_transaction() as session:
        store_event(session, event, now=now())
    return "", 200


csrf.exempt(stripe_webhook)  # it carries a signature instead
