"""One step of paying in a process of its own, so that it can be killed in the middle of it.

``python -m tests.breaking.paying_process DATABASE-URL``; a line of JSON on its input says what to do.
"""

from __future__ import annotations

import json
import sys

from sqlalchemy import create_engine, pool

import portal.models  # noqa: F401  (every table must be known before the first one is written)
from portal.billing.payments.use_cases.checkout import cancel_attempt, charge_saved, open_checkout
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.stripe.api import Limits, Stripe
from portal.foundation.clock import utcnow
from portal.foundation.db import make_sessions, psycopg_url
from tests.sandbox.stripe.standing import KEY

STEPS = {"open": open_checkout, "charge": charge_saved, "sync": sync_attempt, "cancel": cancel_attempt}


def main(database_url: str) -> None:
    sessions = make_sessions(create_engine(psycopg_url(database_url), poolclass=pool.NullPool))
    print("ready", flush=True)
    asked = json.loads(sys.stdin.readline())
    api = Stripe(KEY, api=asked["stripe"], limits=Limits(retries=0), portal_url="http://localhost")
    STEPS[asked["step"]](sessions, asked["attempt"], now=utcnow(), api=api)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
