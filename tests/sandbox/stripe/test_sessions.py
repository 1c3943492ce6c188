"""Checkout Sessions: what can be made, what can't, how they end, and saving a way of paying."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.standing import Browser, Receiver, Sandbox, session_params, words


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [
        ("jpy", 12_345, "12,345 JPY"),
        ("eur", 1_234_567, "12,345.67 EUR"),
        ("kwd", 12_340, "12.340 KWD"),
        ("isk", 1_234_500, "12,345 ISK"),
        ("ugx", 1_234_500, "12,345 UGX"),
    ],
)
def test_currencies_with_no_two_and_three_decimals(
    client: stripe.StripeClient, browser: Browser, currency: str, amount: int, shown: str
) -> None:
    session = client.v1.checkout.sessions.create(session_params(amount, currency=currency))
    assert session.amount_total == amount
    assert shown in words(browser.get(session.url).text)
    assert browser.pay_by_card(session.url, "4242424242424242").status_code == 303
    charge = client.v1.charges.list().data[0]
    assert (charge.amount, charge.currency) == (amount, currency)


@pytest.mark.parametrize("currency", ["isk", "ugx"])
def test_currencies_counted_in_hundredths_that_have_none(
    client: stripe.StripeClient, browser: Browser, currency: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="last two digits are 00"):
        client.v1.checkout.sessions.create(session_params(1_234_550, currency=currency))
    session = client.v1.checkout.sessions.create(session_params(1_234_500, currency=currency))
    browser.pay_by_card(session.url, "4242424242424242")
    charge = client.v1.charges.list({"expand": ["data.balance_transaction"]}).data[0]
    assert charge.balance_transaction.fee == 35_800  # 2.9 % and 30, in whole ones
    with pytest.raises(stripe.InvalidRequestError, match="last two digits are 00"):
        client.v1.refunds.create({"charge": charge.id, "amount": 150})
    assert client.v1.refunds.create({"charge": charge.id, "amount": 200}).amount == 200


def test_an_email_of_the_seller_stands_on_the_page(client: stripe.StripeClient, browser: Browser) -> None:
    params = session_params(5_000, customer_email="dana@harbor.example")
    session = client.v1.checkout.sessions.create(params)
    page = browser.get(session.url).text
    assert "dana@harbor.example" in page
    assert 'name="email"' not in page
    browser.pay_by_card(session.url, "4242424242424242", email="somebody@else.example")
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.customer_email, paid.customer_details.email) == (
        "dana@harbor.example",
        "dana@harbor.example",
    )
    with pytest.raises(stripe.InvalidRequestError, match="Invalid email address") as refused:
        client.v1.checkout.sessions.create(session_params(5_000, customer_email="dana at harbor"))
    assert refused.value.code == "email_invalid"


@pytest.mark.parametrize(
    ("change", "param", "message"),
    [
        ({"line_items": []}, "line_items", "1 to 100 lines"),
        ({"mode": "subscription"}, "mode", "modes payment and setup"),
        ({"expires_at": int(time.time()) + 60}, "expires_at", "30 minutes"),
        ({"expires_at": int(time.time()) + 90_000}, "expires_at", "24 hours"),
        ({"success_url": "javascript:alert(1)"}, "success_url", "Not a valid URL"),
        ({"payment_method_types": ["klarna"]}, "payment_method_types", "klarna"),
        ({"customer": "cus_nobody"}, "customer", "No such customer: 'cus_nobody'"),
        ({"currency": "eur"}, "line_items", "same currency"),
        ({"colour": "red"}, "colour", "Received unknown parameter: colour"),
        ({"metadata": {"a": "x" * 501}}, "metadata", "500 characters"),
    ],
)
def test_what_stripe_refuses_is_refused(
    client: stripe.StripeClient, change: dict[str, Any], param: str, message: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=message) as caught:
        client.v1.checkout.sessions.create({**session_params(), **change})
    assert (caught.value.param, caught.value.http_status) == (param, 400)


@pytest.mark.parametrize(
    ("amount", "currency"), [(49, "usd"), (100_000_000, "usd"), (12_345, "kwd"), (100, "xxx")]
)
def test_amounts_that_no_bank_settles_are_refused(
    client: stripe.StripeClient, amount: int, currency: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(session_params(amount, currency=currency))


def test_a_session_runs_out(
    client: stripe.StripeClient, browser: Browser, sandbox: Sandbox, receiver: Receiver
) -> None:
    made = client.v1.checkout.sessions.create(session_params(expires_at=int(time.time()) + 1_900))
    browser.pay_by_card(made.url, "4000000000000002")
    sandbox.control("advance", seconds=2_000)
    receiver.wait_for("checkout.session.expired")
    receiver.wait_for("payment_intent.canceled")
    session = client.v1.checkout.sessions.retrieve(made.id)
    assert (session.status, session.url) == ("expired", None)
    gone = browser.get(made.url)
    assert gone.status_code == 410
    assert "Nothing was charged" in gone.text
    assert browser.pay_by_card(made.url, "4242424242424242").status_code == 410
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        client.v1.checkout.sessions.expire(made.id)


def test_expiring_an_open_session_once(client: stripe.StripeClient, receiver: Receiver) -> None:
    session = client.v1.checkout.sessions.create(session_params())
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert receiver.wait_for("checkout.session.expired").data.object.id == session.id


def test_the_payment_intent_of_a_session_is_left_to_it(client: stripe.StripeClient, browser: Browser) -> None:
    session = client.v1.checkout.sessions.create(session_params())
    browser.pay_by_card(session.url, "4000000000000002")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="expire the session instead"):
        client.v1.payment_intents.cancel(intent)


def test_saving_a_card_and_charging_it_later(
    client: stripe.StripeClient, browser: Browser, receiver: Receiver
) -> None:
    customer = client.v1.customers.create({"email": "owner@painters.example", "name": "Painters LLC"})
    params = {
        "mode": "setup",
        "customer": customer.id,
        "currency": "usd",
        "success_url": "http://portal.example/saved",
    }
    session = client.v1.checkout.sessions.create(params)  # type: ignore[arg-type]
    page = words(browser.get(session.url).text)
    assert "Nothing is charged now" in page
    assert "owner@painters.example" in page

    refused = browser.pay_by_card(session.url, "4242424242424242")
    assert "Tick the box" in refused.text
    assert browser.pay_by_card(session.url, "4242424242424242", save="on").status_code == 303

    receiver.wait_for("checkout.session.completed")
    setup = receiver.wait_for("setup_intent.succeeded").data.object
    assert client.v1.mandates.retrieve(setup.mandate).status == "active"
    [method] = client.v1.customers.payment_methods.list(customer.id).data
    paid = client.v1.payment_intents.create(
        {"amount": 7_000, "currency": "usd", "customer": customer.id, "payment_method": method.id}
        | {"off_session": True, "confirm": True}
    )
    assert (paid.status, paid.amount_received) == ("succeeded", 7_000)

    later = client.v1.checkout.sessions.create(session_params(customer=customer.id))
    assert "Saved card ending in 4242" in browser.get(later.url).text
    assert browser.post(later.url, method=method.id).status_code == 303


@pytest.mark.parametrize("number", ["4000000000000002", "4000002500003155"])
def test_saving_a_card_that_declines_or_asks(
    client: stripe.StripeClient, browser: Browser, receiver: Receiver, number: str
) -> None:
    customer = client.v1.customers.create({"email": "owner@painters.example"})
    params = {
        "mode": "setup",
        "customer": customer.id,
        "currency": "usd",
        "success_url": "http://portal.example/saved",
    }
    session = client.v1.checkout.sessions.create(params)  # type: ignore[arg-type]
    answer = browser.pay_by_card(session.url, number, save="on")
    if number.endswith("0002"):
        assert "declined" in answer.text
        receiver.wait_for("setup_intent.setup_failed")
        assert client.v1.payment_methods.list({"customer": customer.id}).data == []
        return
    challenge = session.url.split("/c/pay")[0] + answer.headers["Location"]
    assert browser.post(challenge, answer="complete").status_code == 303
    [method] = client.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
    intent = client.v1.payment_intents.create(
        {"amount": 7_000, "currency": "usd", "customer": customer.id, "payment_method": method.id}
        | {"off_session": True, "confirm": True}
    )
    assert intent.status == "succeeded"


def test_paying_and_keeping_the_card(client: stripe.StripeClient, browser: Browser) -> None:
    params = session_params(payment_intent_data={"setup_future_usage": "off_session"})
    session = client.v1.checkout.sessions.create(params)
    assert "allow the seller to charge it later" in browser.get(session.url).text
    assert browser.pay_by_card(session.url, "4000000000000341", save="on").status_code == 422
    assert browser.pay_by_card(session.url, "4242424242424242", save="on").status_code == 303
    customer = client.v1.checkout.sessions.retrieve(session.id).customer
    assert [m.card.last4 for m in client.v1.payment_methods.list({"customer": customer}).data] == ["4242"]


def test_the_payer_may_choose_to_keep_the_card(client: stripe.StripeClient, browser: Browser) -> None:
    customer = client.v1.customers.create({"email": "owner@painters.example"})
    options = {"payment_method_save": "enabled"}
    for tick, kept in (({}, 0), ({"save": "on"}, 1)):
        params = session_params(customer=customer.id, saved_payment_method_options=options)
        session = client.v1.checkout.sessions.create(params)
        assert "Save this for next time" in browser.get(session.url).text
        assert browser.pay_by_card(session.url, "4242424242424242", **tick).status_code == 303
        assert len(client.v1.payment_methods.list({"customer": customer.id}).data) == kept
