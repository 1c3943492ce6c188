"""Stripe's webhooks: the signature of the raw body, the event's id, a job; then the answer, at once."""

from __future__ import annotations

import structlog
from flask import abort, request

from portal.billing.pages import blueprint
from portal.billing.payments.page import stripe
from portal.billing.stripe.api import BadSignature
from portal.billing.stripe_events.use_cases import hear
from portal.web.access import public
from portal.web.security import csrf, takes_up_to
from portal.web.transaction import now, own_transaction

log = structlog.get_logger(__name__)

LARGEST = 256 * 1024


@blueprint.post("/hooks/stripe", endpoint="stripe_webhook")
@public
@takes_up_to(LARGEST)
def stripe_webhook() -> tuple[str, int]:
    """Note the event. A repeat is answered like the first."""
    api = stripe()
    if api is None:
        abort(404)
    try:
        heard = api.heard(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except BadSignature as error:
        log.warning("a webhook without a good signature was refused", why=str(error))
        return "", 400
    with own_transaction() as session:
        hear(session, heard, now=now())
    return "", 200


csrf.exempt(stripe_webhook)  # it carries a signature instead
