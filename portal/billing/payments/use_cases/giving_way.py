"""Payments that somebody began with a pay link give way to the company that pays itself."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payments.queries.payable import BY_LINK
from portal.billing.payments.use_cases.checkout import cancel_attempt
from portal.billing.payments.use_cases.prepare import Sessions
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected


def close_pages_of_links(
    sessions: Sessions, invoice_ids: Collection[int], *, now: datetime, api: Stripe | None
) -> None:
    """Close Stripe's pages that were opened by a pay link for any of the invoices and wait for a payer. What was paid
    there a moment before counts, and what Stripe does not tell stays under way. Call it outside any transaction."""
    with transaction(sessions) as session:
        begun = session.scalars(
            select(PaymentAttempt.id)
            .join(PaymentAllocation, PaymentAllocation.attempt_id == PaymentAttempt.id)
            .where(PaymentAllocation.invoice_id.in_(invoice_ids), BY_LINK)
            .distinct()
        ).all()
    for attempt_id in begun:
        with suppress(StripeUnknown, Rejected):
            cancel_attempt(sessions, attempt_id, now=now, api=api)
