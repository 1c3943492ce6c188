"""Comparing the books with Stripe: what hangs is settled, what differs is listed for staff until it no longer does."""

from portal.billing.use_cases.reconciling.running import RECONCILE, Report, reconcile

__all__ = ["RECONCILE", "Report", "reconcile"]
