"""The wire: keys, errors, form encoding, pages of lists, expansion, and the account after a hard end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from sandbox.stripe.openapi import object_schema, operations
from sandbox.stripe.openapi.answers import problems
from sandbox.stripe.wire import encoding
from sandbox.stripe.wire.errors import ApiError
from sandbox.stripe.wire.routes import HANDLERS
from tests.sandbox.stripe.standing import KEY, Browser, Sandbox, session_params


def test_every_operation_has_its_function() -> None:
    assert {operation.name for operation in operations()} == set(HANDLERS)


def test_nested_forms() -> None:
    flat = encoding.pairs("a[0][b]=1&a[0][c][d]=2&a[1][b]=&expand[]=x&expand[]=y.z&e=%26+")
    assert encoding.decode(flat) == {
        "a": [{"b": "1", "c": {"d": "2"}}, {"b": ""}],
        "expand": ["x", "y.z"],
        "e": "& ",
    }
    for text in ("a=1&a[b]=2", "a[b]=2&a=1", "a[b=1", "[]=1", "a" + "[b]" * 9 + "=1"):
        with pytest.raises(ApiError):
            encoding.decode(encoding.pairs(text))


@pytest.mark.parametrize("key", ["sk_test_another_key_12345", "sk_live_sandbox12345678", "nonsense-of-a-key"])
def test_a_wrong_key(sandbox: Sandbox, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        sandbox.client(key).v1.customers.list()
    assert caught.value.http_status == 401
    assert key not in str(caught.value)


def test_no_key_and_no_such_address(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.url}/v1/customers", timeout=5).status_code == 401
    answer = requests.get(f"{sandbox.url}/v1/subscriptions", auth=(KEY, ""), timeout=5)
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")
    assert answer.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"amount": "500"}, "parameter_missing", "currency"),
        ({"amount": "5.5", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": "", "currency": "usd"}, "parameter_invalid_empty", "amount"),
        ({"amount": "500", "currency": "usd", "color": "red"}, "parameter_unknown", "color"),
        ({"amount": "500", "currency": "usd", "metadata": "x"}, None, "metadata"),
        (
            {"amount": "500", "currency": "usd", "payment_method": "pm_none"},
            "resource_missing",
            "payment_method",
        ),
        ({"amount": "500", "currency": "usd", "setup_future_usage": "never"}, None, "setup_future_usage"),
    ],
)
def test_errors_name_their_parameter(
    sandbox: Sandbox, body: dict[str, str], code: str | None, param: str
) -> None:
    answer = requests.post(f"{sandbox.url}/v1/payment_intents", data=body, auth=(KEY, ""), timeout=5)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["param"] == param
    if code:
        assert error["code"] == code
    assert list(problems(object_schema("api_errors"), error)) == []


def test_a_decline_has_the_form_that_stripe_describes(sandbox: Sandbox) -> None:
    body = {
        "amount": "500",
        "currency": "usd",
        "payment_method": "pm_card_visa_chargeDeclined",
        "confirm": "true",
    }
    answer = requests.post(f"{sandbox.url}/v1/payment_intents", data=body, auth=(KEY, ""), timeout=5)
    assert answer.status_code == 402
    assert list(problems(object_schema("api_errors"), answer.json()["error"])) == []


def test_pages_of_a_list(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create({"name": f"Customer {n:02}"}).id for n in range(25)]
    first = client.v1.customers.list()
    assert (len(first.data), first.has_more) == (10, True)
    assert [customer.id for customer in first.auto_paging_iter()] == made[::-1]
    middle = client.v1.customers.list({"limit": 5, "starting_after": made[10]})
    assert [customer.id for customer in middle.data] == made[5:10][::-1]
    back = client.v1.customers.list({"limit": 5, "ending_before": made[10]})
    assert [customer.id for customer in back.data] == made[11:16][::-1]
    assert client.v1.customers.list({"created": {"gt": first.data[0].created + 100}}).data == []
    for wrong in (
        {"limit": 101},
        {"starting_after": "cus_none"},
        {"starting_after": made[0], "ending_before": made[1]},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.customers.list(wrong)  # type: ignore[arg-type]


def test_expansion(client: stripe.StripeClient, browser: Browser) -> None:
    customer = client.v1.customers.create({"name": "Painters"})
    session = client.v1.checkout.sessions.create(session_params(customer=customer.id))
    browser.pay_by_card(session.url, "4242424242424242")
    deep = ["customer", "payment_intent.latest_charge.balance_transaction", "payment_intent.payment_method"]
    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": deep})
    assert found.customer.name == "Painters"
    assert found.payment_intent.latest_charge.balance_transaction.fee == 393
    assert found.payment_intent.payment_method.card.last4 == "4242"
    listed = client.v1.charges.list({"expand": ["data.customer"]}).data[0]
    assert listed.customer.id == customer.id
    for wrong in ("amount_total", "payment_intent.amount", "a.b.c.d.e"):
        with pytest.raises(stripe.InvalidRequestError, match="expand"):
            client.v1.checkout.sessions.retrieve(session.id, {"expand": [wrong]})


def test_metadata_is_merged_and_unset(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    customer = client.v1.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert customer.metadata.to_dict() == {"b": "2", "c": "3"}
    assert client.v1.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}


def test_the_balance_is_the_sum_of_its_transactions(client: stripe.StripeClient) -> None:
    pay: Any = {"amount": 10_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    intent = client.v1.payment_intents.create(pay)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 1_000})
    assert client.v1.balance.retrieve().pending[0].amount == 10_000 - 320 - 1_000


def test_a_killed_sandbox_has_lost_nothing(tmp_path: Path, browser: Browser) -> None:
    sandbox = Sandbox(str(tmp_path / "state"))
    client = sandbox.client()
    session = client.v1.checkout.sessions.create(session_params(90_000))
    browser.pay_by_bank(session.url, "000123456789")
    pay: Any = {"amount": 10_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    before = client.v1.payment_intents.create(pay, {"idempotency_key": "k1"})
    sandbox.kill()
    again = Sandbox(str(tmp_path / "state"), port=sandbox.port)
    try:
        assert client.v1.payment_intents.create(pay, {"idempotency_key": "k1"}).id == before.id
        assert len(client.v1.charges.list().data) == 2
        again.control("advance", days=4)
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    finally:
        again.stop()
