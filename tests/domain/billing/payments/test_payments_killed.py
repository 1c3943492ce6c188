"""The paying process is killed just before or just after Stripe has acted, at every request it sends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.foundation.config import Settings
from tests.builders import Build
from tests.paying import Till
from tests.sandbox.stripe.standing import Sandbox

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[4]


@pytest.fixture
def prey(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A process that waits for its one step, to be killed by the sandbox."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.breaking.paying_process", settings.database_url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def deadly(prey: subprocess.Popen[str], sessions: sessionmaker[Session], build: Build) -> Iterator[Till]:
    sandbox = Sandbox("memory", "--may-kill", str(prey.pid))
    yield Till(sandbox, sessions, build)
    sandbox.stop()


def die(
    till: Till, prey: subprocess.Popen[str], step: str, attempt: PaymentAttempt, kind: str, match: str
) -> None:
    till.sandbox.fault(kind, match=match)
    prey.communicate(
        json.dumps({"stripe": till.sandbox.url, "step": step, "attempt": attempt.id}) + "\n", 120
    )
    assert prey.returncode == -9, "it was killed in the middle of the step"


@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_killed_while_opening_the_page(deadly: Till, prey: subprocess.Popen[str], kind: str) -> None:
    """Invariant 11. Seen failing with a new idempotency key for each try: two pages."""
    bill = deadly.invoice()
    attempt = deadly.start(bill)
    die(deadly, prey, "open", attempt, kind, "POST /v1/checkout/sessions")
    assert deadly.attempt(attempt).state == "created"
    deadly.by_card(deadly.sync(attempt).checkout_url or "")
    assert deadly.sync(attempt).state == "succeeded"
    assert len(deadly.client.v1.checkout.sessions.list().data) == 1
    assert len(deadly.charges()) == len(deadly.postings()) == 1
    deadly.check_books()


@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_killed_while_charging_a_saved_card(deadly: Till, prey: subprocess.Popen[str], kind: str) -> None:
    """Invariant 11: between charge and commit. Seen failing with a new idempotency key for each try: two charges."""
    first = deadly.start(deadly.invoice(1_000), save_method=True)
    deadly.by_card(deadly.open(first), save="on")
    deadly.sync(first)
    with deadly.sessions() as session:
        method_id = session.scalars(select(SavedMethod.id)).one()
    attempt = deadly.start(deadly.invoice(4_000), saved_method_id=method_id, via="autopay")
    die(deadly, prey, "charge", attempt, kind, "POST /v1/payment_intents")
    assert deadly.sync(attempt).state == "succeeded"
    assert sorted(charge.amount for charge in deadly.charges()) == [1_000, 4_000]
    assert len(deadly.postings()) == 2
    deadly.check_books()


@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
@pytest.mark.parametrize(
    ("step", "match"), [("sync", "GET /v1/checkout/sessions/*"), ("cancel", "GET /v1/checkout/sessions/*")]
)
def test_killed_while_looking_at_what_was_paid(
    deadly: Till, prey: subprocess.Popen[str], kind: str, step: str, match: str
) -> None:
    bill = deadly.invoice()
    attempt = deadly.start(bill)
    deadly.by_card(deadly.open(attempt))
    die(deadly, prey, step, attempt, kind, match)
    assert deadly.sync(attempt).state == "succeeded"
    assert deadly.opens(bill) == [0]
    assert len(deadly.postings()) == 1
    deadly.check_books()


@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_killed_while_closing_a_page(deadly: Till, prey: subprocess.Popen[str], kind: str) -> None:
    bill = deadly.invoice()
    attempt = deadly.start(bill)
    deadly.open(attempt)
    die(deadly, prey, "cancel", attempt, kind, "POST /v1/checkout/sessions/*/expire")
    seen = deadly.sync(attempt)
    assert seen.state == ("open" if kind == "kill_before" else "expired")
    if seen.state == "open":
        deadly.by_card(seen.checkout_url or "")
        assert deadly.sync(attempt).state == "succeeded"
    assert len(deadly.charges()) == len(deadly.postings())
    deadly.check_books()
