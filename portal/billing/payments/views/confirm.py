"""A payment that was charged while nobody was there, and that its owner's bank wants confirmed: the same again, on
Stripe's page."""

from __future__ import annotations

from flask import redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.open_documents import documents_by_id
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.payments.page import go_to_stripe, stripe
from portal.billing.payments.queries.receipts import attempt_of
from portal.billing.payments.use_cases.payable import Want, nearer_to_zero
from portal.billing.payments.use_cases.start import shares_of, start
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, leave, now, today
from portal.web.ui import flash

ASKS = "authentication_required"


@blueprint.post("/payments/<token>/confirmation", endpoint="confirm_payment")
@needs("invoices:pay")
def confirm_payment(token: str) -> Response:
    """Begin a payment of what the failed one was for, as far as it is still open, and go to Stripe's page. Pressed
    twice, it is the same payment."""
    who, api = actor(), stripe()
    leave()
    back = redirect(url_for("billing.payment", token=token), 303)
    with refusing(within=books()) as tried:
        session = tried.session
        failed = attempt_of(session, who.customer_id, token)
        if api is None or failed.state != "failed" or failed.failure_code != ASKS:
            raise Rejected("nothing_to_confirm", "There is nothing to confirm here any more.")
        attempt = start(
            session,
            actor=who,
            company_id=who.customer_id,
            wants=_wants(session, failed),
            now=now(),
            today=today(),
            method_kind="card",
            form_key=f"confirm:{failed.token}",
        )
    if tried.refused is not None:
        flash("info", tried.refused.message)
        return back
    return go_to_stripe(api, attempt, url_for("billing.payment", token=attempt.token))


def _wants(session: Session, failed: PaymentAttempt) -> list[Want]:
    """What the failed one asked for, its credit memos and reasons included, as far as it is still there."""
    shares = shares_of(session, failed.id)
    documents = documents_by_id(session, failed.company_id, [share.invoice_id for share in shares])
    found = []
    for share in shares:
        document = documents[share.invoice_id]
        amount = nearer_to_zero(share.amount_minor, document.free_minor or document.open_minor)
        if amount:
            found.append(Want(share.invoice_id, amount, share.short_reason or "later", share.short_note))
    return found
