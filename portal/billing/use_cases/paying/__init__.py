"""Paying through Stripe: begin, ask, look, post. docs/payments.md tells the whole path.

1. :func:`start` writes down what is paid, in one transaction under the documents' locks.
2. :func:`open_checkout` or :func:`charge_saved` ask Stripe, outside any transaction, with the attempt's own key.
3. :func:`sync_attempt` asks Stripe what became of it and posts the money, once, whoever calls it and how often.
"""

from portal.billing.use_cases.paying.checking import METHODS, SHORT_REASONS, Want, spoken_for
from portal.billing.use_cases.paying.customers import ensure_customer
from portal.billing.use_cases.paying.looking import look_again
from portal.billing.use_cases.paying.opening import cancel, charge_saved, open_checkout
from portal.billing.use_cases.paying.starting import start, start_setup, wake
from portal.billing.use_cases.paying.syncing import sync_attempt

__all__ = [
    "METHODS", "SHORT_REASONS", "Want", "cancel", "charge_saved", "ensure_customer", "look_again",
    "open_checkout", "spoken_for", "start", "start_setup", "sync_attempt", "wake",
]  # fmt: skip
