"""One run of reconciliation over a span of time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from portal.billing.payments.use_cases.prepare import Sessions
from portal.billing.payments.use_cases.stuck import sync_stuck_attempts
from portal.billing.reconciliation.use_cases.balance import check_movements
from portal.billing.reconciliation.use_cases.chargebacks import check_chargebacks
from portal.billing.reconciliation.use_cases.charges import check_charges
from portal.billing.reconciliation.use_cases.differences import Run, report_differences
from portal.billing.reconciliation.use_cases.earlier import no_longer_differ
from portal.billing.reconciliation.use_cases.refunds import check_refunds
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

    def as_json(self) -> dict[str, str | int]:
        """The same, with times in ISO 8601."""
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}


def reconcile(sessions: Sessions, *, since: datetime, now: datetime, api: Stripe) -> Report:
    """Compare everything that happened at Stripe since a moment with the books. Call it outside any transaction.

    :raises StripeUnknown: if Stripe does not answer; nothing was concluded then.
    """
    run = Run(sessions, api, now)
    hanging = sync_stuck_attempts(sessions, now=now, api=api, all_live=True)
    span = (since, now + AHEAD)
    charges = list(api.list_charges(*span))
    found = check_charges(run, charges)
    refunds = list(api.list_refunds(*span))
    found += check_refunds(run, refunds)
    chargebacks = list(api.list_chargebacks(*span))
    found += check_chargebacks(run, chargebacks)
    movements = list(api.list_movements(*span))
    found += check_movements(run, movements, since)
    over = no_longer_differ(run, {each.key for each in found})
    with transaction(sessions) as session:
        settled, left = report_differences(session, found, over=over, since=since, now=now)
    return Report(
        since=since,
        until=now,
        hanging=hanging,
        charges=len(charges),
        refunds=len(refunds),
        disputes=len(chargebacks),
        movements=len(movements),
        found=len(found),
        settled=settled,
        open=left,
    )
