"""What Stripe is asked to make, parameter by parameter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.billing.stripe.commands import NewCharge, NewCheckout, NewCustomer, NewSetup

EXPIRES = datetime(2026, 6, 1, 12, tzinfo=UTC)


def checkout(**more: object) -> NewCheckout:
    given = {
        "key": "k",
        "reference": "p4Zt",
        "lines": [("Invoice INV-1", 10_000)],
        "currency": "USD",
        "expires_at": EXPIRES,
        "back": "http://localhost/payments/p4Zt",
        "metadata": {"attempt": "p4Zt"},
        **more,
    }
    return NewCheckout(**given)  # type: ignore[arg-type]


def test_a_page_to_pay_on() -> None:
    """Seen failing with the amount in major units, and with the way back left out on cancelling."""
    params = checkout().params
    price = {"currency": "usd", "unit_amount": 10_000, "product_data": {"name": "Invoice INV-1"}}
    assert params == {
        "mode": "payment",
        "client_reference_id": "p4Zt",
        "metadata": {"attempt": "p4Zt"},
        "line_items": [{"quantity": 1, "price_data": price}],
        "expires_at": int(EXPIRES.timestamp()),
        "success_url": "http://localhost/payments/p4Zt",
        "cancel_url": "http://localhost/payments/p4Zt",
        "payment_intent_data": {"metadata": {"attempt": "p4Zt"}, "description": "p4Zt"},
    }


def test_a_customer_has_an_address_already() -> None:
    """Seen failing with the payer's address sent beside the customer: Stripe refuses both together."""
    params = checkout(customer="cus_1", email="dana@painter.example", save_method=True).params
    assert (params["customer"], "customer_email" in params) == ("cus_1", False)
    assert checkout(email="dana@painter.example").params["customer_email"] == "dana@painter.example"


def test_a_method_is_saved_only_if_asked() -> None:
    """Seen failing with the method saved always."""
    assert "setup_future_usage" not in checkout().params["payment_intent_data"]  # type: ignore[operator]
    saved = checkout(save_method=True, methods=["card"]).params
    assert saved["payment_intent_data"]["setup_future_usage"] == "off_session"  # type: ignore[index]
    assert saved["payment_method_types"] == ["card"]


def test_saving_a_method_charges_nothing() -> None:
    """Seen failing with mode payment."""
    setup = NewSetup(key="k", reference="r", customer="cus_1", currency="USD", back="/", metadata={})
    assert (setup.params["mode"], "line_items" in setup.params) == ("setup", False)


def test_an_amount_that_stripe_cannot_charge_exactly_is_not_sent() -> None:
    """Seen failing with the amount rounded."""
    charge = NewCharge(
        key="k", amount_minor=1_005, currency="KWD", customer="c", method="m", kind="card", metadata={}
    )
    with pytest.raises(ValueError, match="fewer decimals"):
        _ = charge.params


def test_only_an_address_that_stripe_accepts_is_sent() -> None:
    """Seen failing with every address sent."""
    named = {"key": "k", "name": "Harbor Painting", "metadata": {"company": "HARBOR"}}
    assert NewCustomer(**named, email="me@localhost").params == {  # type: ignore[arg-type]
        "name": "Harbor Painting",
        "metadata": {"company": "HARBOR"},
    }
    with_address = NewCustomer(**named, email="office@harbor.example")  # type: ignore[arg-type]
    assert with_address.params["email"] == "office@harbor.example"
