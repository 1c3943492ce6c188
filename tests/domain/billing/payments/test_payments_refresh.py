"""A page asks Stripe about its attempt, but not for every reload."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.billing.payments.use_cases.checkout import open_checkout
from portal.billing.payments.use_cases.refresh import REFRESH_EVERY, refresh_attempt
from portal.billing.stripe.api import StripeUnknown
from portal.foundation.clock import utcnow
from tests.paying import Till


def test_an_attempt_is_refreshed_once_in_a_few_seconds(till: Till) -> None:
    """Seen failing without the time in the attempt's row: the second reader asked, too."""
    attempt, now = till.start(till.invoice()), utcnow()
    till.by_card(open_checkout(till.sessions, attempt.id, now=now, api=till.api))
    before = till.attempt(attempt)
    assert refresh_attempt(till.sessions, before, now=now, api=till.api)
    assert till.attempt(attempt).state == "succeeded"
    soon = now + REFRESH_EVERY - timedelta(seconds=1)
    assert not refresh_attempt(till.sessions, before, now=soon, api=till.api)
    assert refresh_attempt(till.sessions, before, now=now + REFRESH_EVERY, api=till.api)


def test_what_is_over_is_known_without_asking(till: Till) -> None:
    """Seen failing with every state asked about: right after a sync its state was unknown again."""
    paid = till.paid(till.invoice())
    till.sandbox.fault("error_500", match="* /v1/*", times=100)
    assert refresh_attempt(till.sessions, paid, now=utcnow(), api=till.api)


def test_without_an_answer_nothing_is_known(till: Till) -> None:
    """Seen failing with the error passed on to the page."""
    attempt = till.start(till.invoice())
    till.open(attempt)
    till.sandbox.fault("error_500", match="* /v1/*", times=100)
    later = utcnow() + REFRESH_EVERY
    assert not refresh_attempt(till.sessions, till.attempt(attempt), now=later, api=till.api)
    with pytest.raises(StripeUnknown):
        till.sync(attempt)
