"""Every test card and bank account, through the page that a person sees."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox.stripe.standing import Browser, Receiver, Sandbox, session_params, words

DECLINING = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000000069": ("expired_card", None),
    "4000000000000127": ("incorrect_cvc", None),
    "4000000000000119": ("processing_error", None),
    "4000000000000341": ("card_declined", "generic_decline"),
}


@pytest.mark.parametrize("number", ["4242424242424242", "5555 5555 5555 4444", "378282246310005"])
def test_a_good_card_pays(
    client: stripe.StripeClient, browser: Browser, receiver: Receiver, number: str
) -> None:
    params = session_params(10_000, 2_550, client_reference_id="attempt-7", metadata={"attempt": "7"})
    params["payment_intent_data"] = {"metadata": {"attempt": "7"}}
    session = client.v1.checkout.sessions.create(params)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    page = browser.get(session.url)
    assert "125.50 USD" in words(page.text)
    assert "100.00 USD" in words(page.text)

    answer = browser.pay_by_card(session.url, number)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://portal.example/paid?session={session.id}"
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge", "line_items"]}
    )
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert [line.amount_total for line in paid.line_items.data] == [10_000, 2_550]
    intent = paid.payment_intent
    assert (intent.status, intent.amount_received, intent.metadata["attempt"]) == ("succeeded", 12_550, "7")
    assert intent.latest_charge.payment_method_details.card.last4 == number[-4:]
    receiver.wait_for("checkout.session.completed")
    order = [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert receiver.types() == order


@pytest.mark.parametrize("number", DECLINING)
def test_a_declined_card_says_why_and_a_good_one_pays_then(
    client: stripe.StripeClient, browser: Browser, receiver: Receiver, number: str
) -> None:
    session = client.v1.checkout.sessions.create(session_params(5_000))
    answer = browser.pay_by_card(session.url, number)
    assert answer.status_code == 422
    assert "You have not been charged." in answer.text
    code, decline_code = DECLINING[number]
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    error = session.payment_intent.last_payment_error
    assert (session.status, session.payment_intent.status) == ("open", "requires_payment_method")
    assert (error.type, error.code, getattr(error, "decline_code", None)) == (
        "card_error",
        code,
        decline_code,
    )
    receiver.wait_for("payment_intent.payment_failed")

    assert browser.pay_by_card(session.url, "4242424242424242").status_code == 303
    charges = client.v1.charges.list({"payment_intent": session.payment_intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    assert client.v1.balance_transactions.list().data[0].net == 5_000 - 175


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184"])
def test_three_d_secure(
    client: stripe.StripeClient, browser: Browser, receiver: Receiver, number: str
) -> None:
    session = client.v1.checkout.sessions.create(session_params(5_000))
    asked = browser.pay_by_card(session.url, number)
    assert asked.status_code == 303
    challenge = session.url.split("/c/pay")[0] + asked.headers["Location"]
    assert "50.00 USD" in browser.get(challenge).text

    failed = browser.post(challenge, answer="fail")
    assert failed.status_code == 422
    assert "unable to authenticate" in failed.text
    assert client.v1.charges.list().data == []

    again = browser.pay_by_card(session.url, number)
    assert again.headers["Location"] == asked.headers["Location"]
    done = browser.post(challenge, answer="complete")
    assert done.headers["Location"].endswith(f"session={session.id}")
    charge = client.v1.charges.list().data[0]
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"
    assert receiver.wait_for("payment_intent.requires_action").data.object.status == "requires_action"
    receiver.wait_for("checkout.session.completed")


def test_three_d_secure_then_no_funds(client: stripe.StripeClient, browser: Browser) -> None:
    session = client.v1.checkout.sessions.create(session_params(5_000))
    asked = browser.pay_by_card(session.url, "4000008260003178")
    answer = browser.post(session.url.split("/c/pay")[0] + asked.headers["Location"], answer="complete")
    assert "insufficient funds" in answer.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_card_that_is_disputed_after_the_charge(
    client: stripe.StripeClient, browser: Browser, receiver: Receiver
) -> None:
    session = client.v1.checkout.sessions.create(session_params(5_000))
    browser.pay_by_card(session.url, "4000000000000259")
    dispute = receiver.wait_for("charge.dispute.created").data.object
    assert (dispute.amount, dispute.reason, dispute.status) == (5_000, "fraudulent", "needs_response")


def test_a_bank_debit_arrives_after_days(
    client: stripe.StripeClient, browser: Browser, sandbox: Sandbox, receiver: Receiver
) -> None:
    session = client.v1.checkout.sessions.create(session_params(90_000))
    assert browser.pay_by_bank(session.url, "000123456789").status_code == 303
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert (session.payment_intent.status, session.payment_intent.latest_charge.status) == (
        "processing",
        "pending",
    )
    assert client.v1.balance_transactions.list().data == []

    sandbox.control("advance", days=3)
    assert client.v1.payment_intents.retrieve(session.payment_intent.id).status == "processing"
    sandbox.control("advance", days=1)

    receiver.wait_for("checkout.session.async_payment_succeeded")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    entry = client.v1.balance_transactions.list().data[0]
    assert (entry.type, entry.amount, entry.fee, entry.net) == ("payment", 90_000, 500, 89_500)


@pytest.mark.parametrize(
    ("account", "code"), [("000111111116", "no_account"), ("000222222227", "insufficient_funds")]
)
def test_a_bank_debit_fails_days_later(
    client: stripe.StripeClient,
    browser: Browser,
    sandbox: Sandbox,
    receiver: Receiver,
    account: str,
    code: str,
) -> None:
    session = client.v1.checkout.sessions.create(session_params(90_000))
    assert browser.pay_by_bank(session.url, account).status_code == 303
    sandbox.control("advance", days=4)
    failed = receiver.wait_for("checkout.session.async_payment_failed").data.object
    assert (failed.status, failed.payment_status) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(failed.payment_intent)
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    assert client.v1.charges.retrieve(intent.latest_charge).failure_code == code
    assert client.v1.balance_transactions.list().data == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": "4242424242424241"}, "Your card number is incorrect."),
        ({"number": "4111111111111111"}, "Only test card numbers work here"),
        ({"expiry": "13 / 39"}, "Write the expiry date as month and year"),
        ({"expiry": "01 / 21"}, "expiry date is in the past"),
        ({"cvc": "12"}, "security code is incomplete"),
        ({"name": " "}, "Enter the name on the card."),
        ({"email": "nobody"}, "Enter your email address"),
        ({"method": "cash"}, "Choose a way to pay."),
    ],
)
def test_bad_input_is_told_beside_its_field_and_keeps_the_rest(
    client: stripe.StripeClient, browser: Browser, fields: dict[str, str], sentence: str
) -> None:
    session = client.v1.checkout.sessions.create(session_params())
    answer = browser.pay_by_card(session.url, **{"number": "4242424242424242", **fields})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    if "name" not in fields:
        assert 'value="Pat Payer"' in answer.text
    assert client.v1.payment_intents.list().data == []


def test_pressing_twice_pays_once(client: stripe.StripeClient, browser: Browser) -> None:
    session = client.v1.checkout.sessions.create(session_params())
    for _ in range(2):
        assert browser.pay_by_card(session.url, "4242424242424242").status_code == 303
    assert len(client.v1.charges.list().data) == 1
    assert browser.get(session.url).status_code == 303


def test_choosing_a_test_number_fills_the_form(client: stripe.StripeClient, browser: Browser) -> None:
    session = client.v1.checkout.sessions.create(session_params())
    page = browser.get(f"{session.url}?fill=4000000000009995")
    assert 'value="4000000000009995"' in page.text
    assert 'value="000111111116"' in browser.get(f"{session.url}?fill=000111111116").text
