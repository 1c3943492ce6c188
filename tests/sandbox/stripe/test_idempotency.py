"""One key, one charge; the first answer is given again for a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.stripe.standing import KEY, PATIENCE, Sandbox

BODY = {"amount": "4200", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}


def post(
    sandbox: Sandbox, key: str, body: dict[str, str] = BODY, path: str = "payment_intents"
) -> requests.Response:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key}
    return requests.post(f"{sandbox.url}/v1/{path}", data=body, headers=headers, timeout=PATIENCE)


def test_the_first_answer_is_given_again(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    first, second = post(sandbox, "k1"), post(sandbox, "k1")
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Request-Id"] == first.headers["Request-Id"]
    assert len(client.v1.charges.list().data) == 1


def test_a_decline_is_given_again_too(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    body = {**BODY, "payment_method": "pm_card_visa_chargeDeclined"}
    first, second = post(sandbox, "k1", body), post(sandbox, "k1", body)
    assert (first.status_code, second.status_code) == (402, 402)
    assert first.text == second.text
    assert len(client.v1.charges.list().data) == 1


def test_other_parameters_under_the_same_key_are_refused(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    post(sandbox, "k1")
    for answer in (post(sandbox, "k1", {**BODY, "amount": "4300"}), post(sandbox, "k1", path="refunds")):
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "idempotency_error"
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"name": "x"}, {"idempotency_key": "k1"})


def test_a_request_that_was_malformed_uses_up_no_key(sandbox: Sandbox) -> None:
    assert post(sandbox, "k1", {**BODY, "amount": "many"}).status_code == 400
    assert post(sandbox, "k1").status_code == 200


def test_in_parallel_there_is_one_charge(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: post(sandbox, "k1"), range(20)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json()["id"] for answer in answers if answer.ok} == {
        client.v1.payment_intents.list().data[0].id
    }
    assert len(client.v1.charges.list().data) == 1


def test_the_sdk_waits_for_the_first_one(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.fault("slow", seconds=0.4)
    params: Any = {"amount": 4_200, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}

    def pay(_: int) -> str:
        patient = sandbox.client(retries=4)
        return str(patient.v1.payment_intents.create(params, {"idempotency_key": "k1"}).id)

    with ThreadPoolExecutor(4) as crowd:
        assert len(set(crowd.map(pay, range(4)))) == 1
    assert len(client.v1.charges.list().data) == 1


def test_while_the_first_is_under_way_the_second_conflicts(sandbox: Sandbox) -> None:
    for seconds in (0.5, 2, 8, 30):  # on a busy machine the second may come only when the first one is over
        key = f"key-{seconds}"
        sandbox.fault("slow", seconds=seconds)
        with ThreadPoolExecutor(2) as crowd:
            answers = list(crowd.map(lambda _, key=key: post(sandbox, key), range(2)))
        if not all(answer.ok for answer in answers):
            break
        assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    error = next(answer for answer in answers if not answer.ok).json()["error"]
    assert (error["type"], error["code"]) == ("idempotency_error", "idempotency_key_in_use")


def test_a_key_is_free_again_after_a_day(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    post(sandbox, "k1")
    sandbox.control("advance", days=1)
    assert "Idempotent-Replayed" not in post(sandbox, "k1").headers
    assert len(client.v1.charges.list().data) == 2
