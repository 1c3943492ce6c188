"""Stripe's page need not ask a signed-in payer for an address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.accounts.models import Company, User
from portal.billing.stripe.api import StripeUnknown
from tests.paying import Till


def test_stripes_page_need_not_ask_for_the_address(till: Till) -> None:
    """As it was when the payment began, so that a retry sends the same. Seen failing (an idempotency error) with
    the person's address of now."""
    attempt = till.start(till.invoice())
    till.sandbox.fault("lose_answer", match="POST /v1/checkout/sessions")
    with pytest.raises(StripeUnknown):
        till.open(attempt)
    before = till.user.email
    with till.sessions.begin() as session:
        session.get_one(User, till.user.id).email = "new@harbor.example"
    assert till.sync(attempt).state == "open"
    (page,) = till.client.v1.checkout.sessions.list({}).data
    assert page.customer_email == before
    till.by_card(till.open(attempt), email="")
    assert till.sync(attempt).state == "succeeded"


@pytest.mark.parametrize("email", ["", "me@localhost", "büro@harbor.example", "a" * 250 + "@x.example"])
def test_an_address_that_stripe_might_refuse_is_not_sent(till: Till, email: str) -> None:
    till.actor = replace(till.actor, email=email)
    till.open(till.start(till.invoice()))
    (page,) = till.client.v1.checkout.sessions.list({}).data
    assert page.customer_email is None


def test_a_customer_brings_the_companys_address(till: Till) -> None:
    with till.sessions.begin() as session:
        session.get_one(Company, till.company.id).email = "office@harbor.example"
    url = till.open(till.start(till.invoice(), save_method=True))
    assert "office@harbor.example" in till.browser.get(url).text
    (page,) = till.client.v1.checkout.sessions.list({}).data
    assert page.customer_email is None
