"""The company's customer at Stripe, and differences between the ledger and Stripe."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.stripe_facts import Discrepancy
from portal.billing.stripe.api import StripeUnknown
from portal.billing.stripe.use_cases.customers import ensure_customer
from portal.billing.stripe.use_cases.discrepancies import report_difference, settle_differences
from tests.builders import NOW
from tests.paying import Till


def test_a_company_has_one_customer_even_after_a_lost_answer(till: Till) -> None:
    """Seen failing with a new key for each request: Stripe had two."""
    till.sandbox.fault("lose_answer", match="POST /v1/customers")
    with pytest.raises(StripeUnknown):
        ensure_customer(till.sessions, till.company.id, api=till.api)
    found = ensure_customer(till.sessions, till.company.id, api=till.api)
    assert found == ensure_customer(till.sessions, till.company.id, api=till.api)
    assert [each.id for each in till.client.v1.customers.list({}).data] == [found]


def test_a_renamed_company_can_retry(till: Till) -> None:
    """Seen failing (an idempotency error) with a key that does not cover the parameters."""
    till.sandbox.fault("lose_answer", match="POST /v1/customers")
    with pytest.raises(StripeUnknown):
        ensure_customer(till.sessions, till.company.id, api=till.api)
    with till.sessions.begin() as session:
        session.get_one(Company, till.company.id).name = "Harbor Painting & Sons"
    assert ensure_customer(till.sessions, till.company.id, api=till.api).startswith("cus_")


def test_a_difference_is_listed_once_and_settled_once(session: Session) -> None:
    """Seen failing without the conflict on the key, and with settled differences counted again."""
    for words in ("A fee differs", "A fee differs by more"):
        report_difference(session, key="movement:1", kind="movement_differs", words=words, now=NOW)
    (found,) = session.scalars(select(Discrepancy).execution_options(populate_existing=True)).all()
    assert (found.words, found.settled_at) == ("A fee differs by more", None)
    assert settle_differences(session, ["movement:1", "movement:2"], now=NOW) == 1
    assert settle_differences(session, ["movement:1"], now=NOW) == 0
