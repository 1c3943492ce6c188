"""Each fault mode, and that a request sent again with its key charges once whatever happened."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from sandbox.stripe.controls.faults import KINDS
from tests.sandbox.stripe.standing import KEY, Browser, Sandbox, session_params

PAY: Any = {"amount": 4_200, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
OPTIONS: Any = {"idempotency_key": "attempt-1"}
Kinds = type[Exception] | tuple[type[Exception], ...]


@pytest.mark.parametrize(
    ("kind", "options", "error", "charged"),
    [
        ("lose_answer", {}, stripe.APIConnectionError, 1),
        ("cut_before", {}, stripe.APIConnectionError, 0),
        ("error_500", {}, stripe.APIError, 0),
        ("error_500", {"acted": True}, stripe.APIError, 1),
        ("rate_limit", {}, stripe.RateLimitError, 0),
        ("html", {}, stripe.APIError, 0),
        ("html", {"acted": True}, stripe.APIError, 1),
        ("broken_json", {"acted": True}, stripe.APIError, 1),
    ],
)
def test_what_went_wrong_is_unknown_until_asked_again(
    sandbox: Sandbox,
    client: stripe.StripeClient,
    kind: str,
    options: dict[str, Any],
    error: Kinds,
    charged: int,
) -> None:
    sandbox.fault(kind, match="POST /v1/payment_intents", **options)
    with pytest.raises(error):
        client.v1.payment_intents.create(PAY, OPTIONS)
    assert len(client.v1.charges.list().data) == charged
    again = client.v1.payment_intents.create(PAY, OPTIONS)
    assert again.status == "succeeded"
    assert len(client.v1.charges.list().data) == 1


@pytest.mark.parametrize("kind", ["slow", "late_answer"])
def test_an_answer_that_comes_too_late(sandbox: Sandbox, client: stripe.StripeClient, kind: str) -> None:
    sandbox.fault(kind, seconds=0.6)
    hasty = stripe.StripeClient(
        KEY,
        base_addresses={"api": sandbox.url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=0.2),
    )
    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.payment_intents.create(PAY, OPTIONS)
    patient = sandbox.client(retries=4)
    assert patient.v1.payment_intents.create(PAY, OPTIONS).status == "succeeded"
    assert len(client.v1.charges.list().data) == 1


def test_the_sdk_heals_a_lost_answer_by_itself(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.fault("lose_answer", times=2)
    assert sandbox.client(retries=2).v1.payment_intents.create(PAY).status == "succeeded"
    assert len(client.v1.charges.list().data) == 1


def test_faults_hit_only_what_they_match_and_only_so_often(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    sandbox.fault("error_500", match="POST /v1/refunds", times=2)
    intent = client.v1.payment_intents.create(PAY)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.refunds.create({"payment_intent": intent.id})
    assert client.v1.refunds.create({"payment_intent": intent.id}).status == "succeeded"
    sandbox.fault("error_500", match="GET /v1/*", times=9)
    requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=5)
    assert client.v1.refunds.list().data


def test_the_page_can_fail_too(sandbox: Sandbox, client: stripe.StripeClient, browser: Browser) -> None:
    session = client.v1.checkout.sessions.create(session_params())
    sandbox.fault("lose_answer", match="POST /c/pay/*")
    with pytest.raises(requests.ConnectionError):
        browser.pay_by_card(session.url, "4242424242424242")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.fixture(scope="module")
def victims() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) for _ in range(3)]
    yield processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def killing(victims: list[subprocess.Popen[bytes]]) -> Iterator[Sandbox]:
    named = [word for process in victims for word in ("--may-kill", str(process.pid))]
    sandbox = Sandbox("memory", *named)
    yield sandbox
    sandbox.stop()


@pytest.mark.parametrize(("kind", "charged"), [("kill_before", 0), ("kill_after", 1)])
def test_the_portal_is_killed(
    killing: Sandbox, victims: list[subprocess.Popen[bytes]], kind: str, charged: int
) -> None:
    client = killing.client()
    killing.control("reset")
    victim = victims[charged]
    killing.fault(kind, match="POST /v1/payment_intents", pid=victim.pid)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(PAY, OPTIONS)
    assert victim.wait(5) == -9
    assert len(client.v1.charges.list().data) == charged


def test_the_portal_is_killed_while_its_buyer_pays(
    killing: Sandbox, victims: list[subprocess.Popen[bytes]], browser: Browser
) -> None:
    client = killing.client()
    session = client.v1.checkout.sessions.create(session_params())
    killing.fault("kill_after", match="POST /c/pay/*", pid=victims[2].pid)
    assert browser.pay_by_card(session.url, "4242424242424242").status_code == 303
    assert victims[2].wait(5) == -9
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_nobody_else_is_killed(sandbox: Sandbox, killing: Sandbox) -> None:
    assert "named with --may-kill" in sandbox.control("faults", expect=400, kind="kill_before")["error"]
    refusal = killing.control("faults", expect=400, kind="kill_after", pid=killing.process.pid)
    assert "was not named" in refusal["error"]


@pytest.mark.parametrize(
    "body", [{}, {"kind": "earthquake"}, {"kind": "slow", "minutes": 1}, {"kind": "slow", "times": 0}]
)
def test_a_fault_that_is_none(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert sandbox.control("faults", expect=400, **body)["error"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_web_pages_of_others_can_not_steer_it(sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = requests.post(f"{sandbox.url}/_sandbox/reset", headers=headers, timeout=5)
    assert answer.status_code == 403


def test_every_fault_is_played_here() -> None:
    here = Path(__file__).parent
    tests = (here / "test_faults.py").read_text() + (here / "test_webhooks.py").read_text()
    unplayed: list[str] = [kind for kind in KINDS if f'"{kind}"' not in tests]
    assert unplayed == []
    book = (here.parents[2] / "docs" / "stripe-sandbox.md").read_text()
    assert [kind for kind in KINDS if f"`{kind}`" not in book] == []
