"""One sandbox process for these tests, emptied before each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from tests.sandbox.stripe.standing import SECRET, Browser, Receiver, Sandbox


@pytest.fixture(scope="session")
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def running(receiving: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    state = tmp_path_factory.mktemp("stripe")
    sandbox = Sandbox(str(state), "--webhook", receiving.url, "--webhook-secret", SECRET)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox, receiving: Receiver) -> Sandbox:
    running.control("reset")
    receiving.forget()
    return running


@pytest.fixture
def receiver(sandbox: Sandbox, receiving: Receiver) -> Iterator[Receiver]:
    """The webhook address; every event that it gets has the form that Stripe describes."""
    receiving.problems.clear()
    yield receiving
    assert receiving.problems == []


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return sandbox.client()


@pytest.fixture
def browser() -> Browser:
    return Browser()
