"""Payments that somebody began with a pay link give way to the company that pays itself."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, select

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
    _close(sessions, PaymentAllocation.invoice_id.in_(invoice_ids), now, api)


def close_pages_beside_run(
    sessions: Sessions, company_id: int, attempt_id: int | None, *, now: datetime, api: Stripe | None
) -> None:
    """The same before an automatic run: for the invoices of a scheduled payment, or for all of the company's before autopay.
    Nobody who has a link keeps the company from paying itself."""
    planned = select(PaymentAllocation.invoice_id).where(PaymentAllocation.attempt_id == attempt_id)
    of = PaymentAllocation.company_id == company_id
    _close(sessions, of if attempt_id is None else PaymentAllocation.invoice_id.in_(planned), now, api)


def _close(sessions: Sessions, which: ColumnElement[bool], now: datetime, api: Stripe | None) -> None:
    with transaction(sessions) as session:
        begun = session.scalars(
            select(PaymentAttempt.id)
            .join(PaymentAllocation, PaymentAllocation.attempt_id == PaymentAttempt.id)
            .where(which, BY_LINK)
            .distinct()
        ).all()
    for attempt_id in begun:
        with suppress(StripeUnknown, Rejected):
            cancel_attempt(sessions, attempt_id, now=now, api=api)
