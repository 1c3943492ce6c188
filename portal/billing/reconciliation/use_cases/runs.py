"""One run of reconciling over a span of time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.billing.payments.use_cases.requests import Sessions
from portal.billing.payments.use_cases.stuck import sync_stuck_attempts
from portal.billing.reconciliation.use_cases import balance
from portal.billing.reconciliation.use_cases import facts_at_stripe as facts
from portal.billing.reconciliation.use_cases.differences import write
from portal.billing.reconciliation.use_cases.facts_at_stripe import Reconciling
from portal.billing.stripe.api import Stripe
from portal.foundation.db import transaction

RECONCILE = "billing.reconcile"
AHEAD = timedelta(minutes=10)  # Stripe's clock may be ahead of ours


@dataclass(frozen=True, slots=True)
class Report:
    """What a run looked at. ``open`` differences are for staff; ``settled`` ones were open before it."""

    since: datetime
    until: datetime
    hanging: int
    charges: int
    refunds: int
    disputes: int
    movements: int
    found: int
    settled: int
    open: int

    def as_json(self) -> dict[str, Any]:
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}


def reconcile(sessions: Sessions, *, since: datetime, now: datetime, api: Stripe) -> Report:
    """Compare everything that happened at Stripe since a moment with the books. Call it outside any transaction.

    :raises StripeUnknown: when Stripe does not answer; nothing was concluded then.
    """
    run = Reconciling(sessions, api, now)
    hanging = sync_stuck_attempts(sessions, now=now, api=api, all_live=True)
    span = (since, now + AHEAD)
    charges = list(api.list_charges(*span))
    found = facts.charges(run, charges)
    refunds = list(api.list_refunds(*span))
    found += facts.refunds(run, refunds)
    disputes = list(api.list_chargebacks(*span))
    found += facts.disputes(run, disputes)
    moved = list(api.list_movements(*span))
    found += balance.movements(run, moved, since)
    with transaction(sessions) as session:
        settled, left = write(session, found, since=since, now=now)
    return Report(
        since=since,
        until=now,
        hanging=hanging,
        charges=len(charges),
        refunds=len(refunds),
        disputes=len(disputes),
        movements=len(moved),
        found=len(found),
        settled=settled,
        open=left,
    )
