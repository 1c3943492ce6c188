"""Refunds at Stripe against ours."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.billing.models.refunds import Refund
from portal.billing.reconciliation.use_cases.differences import Difference, Run
from portal.billing.refunds.rules import STATES
from portal.billing.refunds.use_cases.posts import DoesNotFit
from portal.billing.refunds.use_cases.sync import sync_refund
from portal.billing.stripe.objects import Refunded
from portal.foundation.db import transaction
from portal.foundation.money import format_minor


def check_refunds(run: Run, listed: Sequence[Refunded]) -> list[Difference]:
    """Every refund at Stripe is one of ours, in the same state. One that is not is synced first."""
    known = _states(run, listed)
    checked = (
        _synced(run, each) for each in listed if known.get(each.id) != STATES.get(each.status, "pending")
    )
    return [each for each in checked if each is not None]


def _states(run: Run, listed: Sequence[Refunded]) -> dict[str | None, str]:
    with transaction(run.sessions) as session:
        rows = session.execute(
            select(Refund.stripe_refund_id, Refund.state).where(
                Refund.stripe_refund_id.in_([each.id for each in listed])
            )
        )
        return {row.stripe_refund_id: row.state for row in rows}


def _synced(run: Run, answer: Refunded) -> Difference | None:
    key = f"refund:{answer.id}"
    try:
        if sync_refund(run.sessions, answer.id, now=run.now, api=run.api) is None:
            if _went_back_in_full(run, answer):
                return None
            amount = format_minor(answer.amount_minor, answer.currency)
            words = f"Stripe gave back {amount} (refund {answer.id}), and no payment here is that."
            return Difference(key, "refund_unknown", words, answer.created_at)
    except DoesNotFit as error:
        return Difference(key, "refund_differs", f"{error}.", answer.created_at)
    return None


def _went_back_in_full(run: Run, answer: Refunded) -> bool:
    """Whether all of the foreign charge was refunded: then neither is missed here."""
    if answer.charge is None:
        return False
    charge = run.api.retrieve_charge(answer.charge)
    return charge.refunded_minor >= charge.amount_minor
