"""A failed automatic payment that its owner's bank wants confirmed: the same payment again, on Stripe's page."""

from __future__ import annotations

from flask import redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.open_documents import documents_by_id
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.page import go_to_stripe, stripe
from portal.billing.payments.queries.attempts import attempt_of, shares_of
from portal.billing.payments.rules import capped
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, leave, now, today
from portal.web.ui import flash

ASKS = "authentication_required"


@blueprint.post("/payments/<token>/confirmation", endpoint="confirm_payment")
@needs("invoices:pay")
def create_confirmation(token: str) -> Response:
    """Begin a payment of what the failed one was for, as far as it is still open, and go to Stripe's page. Idempotent."""
    who, api = actor(), stripe()
    leave()
    back = redirect(url_for("billing.payment", token=token), 303)
    with refusing(within=books()) as tried:
        failed = attempt_of(tried.session, who.customer_id, token)
        if api is None or failed.state != "failed" or failed.failure_code != ASKS:
            raise Rejected("nothing_to_confirm", "There is nothing to confirm here any more.")
        new = NewPayment(
            company_id=who.customer_id,
            shares=_still_open(tried.session, failed),
            method_kind="card",
            form_key=f"confirm:{failed.token}",
        )
        attempt = start_payment(tried.session, new, actor=who, now=now(), today=today())
    if tried.refused is not None:
        flash("info", tried.refused.message)
        return back
    return go_to_stripe(api, attempt, url_for("billing.payment", token=attempt.token))


def _still_open(session: Session, failed: PaymentAttempt) -> list[RequestedShare]:
    """What the failed one was for, with its credit memos and reasons, as far as it is still open."""
    shares = shares_of(session, failed.id)
    documents = documents_by_id(session, failed.company_id, [share.invoice_id for share in shares])
    found = []
    for share in shares:
        document = documents[share.invoice_id]
        amount = capped(share.amount_minor, document.free_minor or document.open_minor)
        if amount:
            reason = share.short_reason or "later"
            found.append(RequestedShare(share.invoice_id, amount, reason, share.short_note))
    return found
