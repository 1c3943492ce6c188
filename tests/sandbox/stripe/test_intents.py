"""Payment intents without a page: autopay with saved methods."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.standing import Browser, Receiver, Sandbox


def saved(client: stripe.StripeClient, test_id: str) -> tuple[str, str]:
    customer = client.v1.customers.create({"email": "owner@painters.example"})
    method = client.v1.payment_methods.attach(test_id, {"customer": customer.id})
    return customer.id, method.id


def charge(client: stripe.StripeClient, customer: str, method: str, **more: Any) -> stripe.PaymentIntent:
    params: Any = {"amount": 4_200, "currency": "usd", "customer": customer, "payment_method": method}
    return client.v1.payment_intents.create({**params, "confirm": True, "off_session": True, **more})


def test_a_saved_card_is_charged_without_its_owner(client: stripe.StripeClient, receiver: Receiver) -> None:
    intent = charge(client, *saved(client, "pm_card_visa"), metadata={"attempt": "9"})
    assert intent.status == "succeeded"
    entry = client.v1.balance_transactions.list({"source": intent.latest_charge}).data[0]
    assert (entry.amount, entry.fee, entry.net, entry.type) == (4_200, 152, 4_048, "charge")
    assert receiver.wait_for("payment_intent.succeeded").data.object.metadata["attempt"] == "9"


def test_a_card_that_attaches_and_fails_later(client: stripe.StripeClient, receiver: Receiver) -> None:
    customer, method = saved(client, "pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError) as caught:
        charge(client, customer, method)
    error = caught.value
    assert (error.http_status, error.code, error.error.decline_code) == (
        402,
        "card_declined",
        "generic_decline",
    )
    assert error.error.payment_intent.status == "requires_payment_method"
    assert client.v1.charges.list().data[0].status == "failed"
    receiver.wait_for("charge.failed")
    receiver.wait_for("payment_intent.payment_failed")


def test_authentication_required_and_then_done_by_the_owner(
    client: stripe.StripeClient, browser: Browser
) -> None:
    customer, method = saved(client, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as caught:
        charge(client, customer, method)
    assert caught.value.code == "authentication_required"
    intent = client.v1.payment_intents.confirm(
        caught.value.error.payment_intent.id,
        {"payment_method": method, "return_url": "http://portal.example/back"},
    )
    assert intent.status == "requires_action"
    page = intent.next_action.redirect_to_url.url
    assert "42.00 USD" in browser.get(page).text
    assert browser.post(page, answer="complete").headers["Location"] == "http://portal.example/back"
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_declining_card_can_not_be_attached(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError):
        saved(client, "pm_card_visa_chargeDeclined")


def test_a_saved_account_is_debited_and_fails_days_later(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver
) -> None:
    customer, method = saved(client, "pm_usBankAccount_noAccount")
    intent = charge(client, customer, method)
    assert intent.status == "processing"
    with pytest.raises(stripe.InvalidRequestError, match="processing"):
        client.v1.payment_intents.cancel(intent.id)
    sandbox.control("advance", days=4)
    receiver.wait_for("payment_intent.payment_failed")


def test_another_customers_card_pays_nothing(client: stripe.StripeClient) -> None:
    _, method = saved(client, "pm_card_visa")
    other = client.v1.customers.create({})
    with pytest.raises(stripe.InvalidRequestError, match="belongs to another Customer"):
        charge(client, other.id, method)
    client.v1.payment_methods.detach(method)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        charge(client, other.id, method)


def test_cancelling_before_any_money_moves(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    cancelled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert caught.value.code == "payment_intent_unexpected_state"


def test_a_setup_intent_without_a_page(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({})
    params: Any = {"customer": customer.id, "payment_method": "pm_usBankAccount_success", "confirm": True}
    setup = client.v1.setup_intents.create(params, {"stripe_version": "2026-10-28.endive"})
    assert setup.status == "succeeded"
    assert client.v1.payment_methods.retrieve(setup.payment_method).us_bank_account.last4 == "6789"


def test_a_deleted_customer_and_a_default_method(client: stripe.StripeClient) -> None:
    customer, method = saved(client, "pm_card_visa")
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method}})
    assert client.v1.customers.retrieve(customer).invoice_settings.default_payment_method == method
    client.v1.customers.delete(customer)
    assert client.v1.customers.retrieve(customer).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        charge(client, customer, method)
