"""Differences of earlier runs that are outside the span of this one: Stripe is asked about each."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import select

from portal.billing.models.stripe_facts import Discrepancy
from portal.billing.reconciliation.use_cases.differences import Run
from portal.billing.stripe.api import StripeRefused
from portal.foundation.db import transaction

MOST_ASKED = 200


def no_longer_differ(run: Run, reported: Collection[str]) -> list[str]:
    """Keys of open charges and refunds without a payment whose charge was refunded in full since: nobody misses it.

    :param reported: what this run has found.
    """
    with transaction(run.sessions) as session:
        keys = session.scalars(
            select(Discrepancy.key)
            .where(
                Discrepancy.settled_at.is_(None),
                Discrepancy.kind.in_(("charge_unknown", "refund_unknown")),
                Discrepancy.key.not_in(list(reported)),
            )
            .order_by(Discrepancy.id)
            .limit(MOST_ASKED)
        ).all()
    return [key for key in keys if _is_undone(run, key)]


def _is_undone(run: Run, key: str) -> bool:
    kind, _, stripe_id = key.partition(":")
    with suppress(StripeRefused):
        charge_id = run.api.retrieve_refund(stripe_id).charge if kind == "refund" else stripe_id
        if charge_id is not None:
            charge = run.api.retrieve_charge(charge_id)
            return charge.refunded_minor >= charge.amount_minor
    return False
