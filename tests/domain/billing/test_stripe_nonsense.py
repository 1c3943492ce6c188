"""Answers of Stripe that are JSON and well formed, but impossible somewhere: no answer, and never a crash."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.stripe_state import StripeState
from portal.billing.payments.use_cases.sync import apply_state
from portal.billing.refunds.use_cases.sync import sync_refund
from portal.billing.stripe import answers
from portal.billing.stripe.api import Limits, Stripe, StripeUnknown
from portal.billing.stripe.commands import SESSION_PARTS
from portal.foundation.clock import utcnow
from tests.paying import Till
from tests.sandbox.stripe.standing import KEY

IMPOSSIBLE: tuple[Any, ...] = (
    None,
    "",
    "x\x00y",
    "\ud800",
    "9" * 50,
    10**20,
    -1,
    1.5,
    float("inf"),
    True,
    [[]],
    {},
)
READ = {
    "id",
    "mode",
    "status",
    "url",
    "amount_total",
    "currency",
    "livemode",
    "expires_at",
    "amount",
    "amount_received",
    "created",
    "fee",
    "type",
    "brand",
    "last4",
    "exp_month",
    "exp_year",
    "payment_intent",
    "latest_charge",
    "balance_transaction",
    "payment_method",
    "card",
    "metadata",
    "attempt",
}


def paths(thing: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value that is read stands in an answer."""
    for name, value in thing.items() if isinstance(thing, dict) else ():
        if name in READ:
            yield (*at, name)
            yield from paths(value, (*at, name))


def with_value(answer: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(answer)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return changed


def test_one_impossible_value_is_nonsense(till: Till) -> None:
    """Seen failing: a month that is no number, a NUL or an endless time stopped the page with a server error, and the
    look at what hangs at this attempt."""
    attempt = till.start(till.invoice(), save_method=True)
    till.by_card(till.open(attempt), save="on")
    page_id = till.attempt(attempt).checkout_session_id
    assert page_id is not None
    answer = till.client.v1.checkout.sessions.retrieve(page_id, {"expand": list(SESSION_PARTS)}).to_dict()
    tried = 0
    for path in paths(answer):
        for value in IMPOSSIBLE:
            tried += 1
            given = with_value(answer, path, value)
            try:
                page = till.api._ask(partial(dict, given), answers.session_of)
            except StripeUnknown:
                continue
            with till.sessions() as session:  # what can be read can be kept
                mine = session.get_one(PaymentAttempt, attempt.id)
                apply_state(session, mine, StripeState(page, page.intent), now=utcnow(), api=till.api)
                session.flush()
                session.rollback()
    assert tried > 300
    assert till.sync(attempt).state == "succeeded"
    till.check_books()


@pytest.mark.parametrize("named", ["9" * 30, "\u0661", "-1", "1e3"])
def test_a_refund_made_at_stripe_with_any_number_of_ours(till: Till, named: str) -> None:
    """Whoever gives money back in the dashboard may write anything beside it. Seen failing with a number that no row
    can have: the webhook's job and every reconciling stopped at it."""
    till.paid(till.invoice(5_000))
    (payment,) = till.payments()
    made = till.client.v1.refunds.create(
        {"charge": str(payment.charge_id), "amount": 1_000, "metadata": {"refund": named}}
    )
    refund = sync_refund(till.sessions, made.id, now=utcnow(), api=till.api)
    assert refund is not None
    assert refund.reason == "Refunded at Stripe"
    assert till.payments()[0].refunded_minor == 1_000
    till.check_books()


LISTS = [
    b'{"data": [null]}',
    b'{"data": [{}]}',
    b'{"data": ["re_1"], "has_more": true}',
    b'{"data": {"id": "re_1"}}',
    b'{"data": [{"id": "cs_1", "client_reference_id": "x"}], "has_more": true}',
]


@pytest.mark.parametrize("body", LISTS)
def test_lists_that_are_none_or_never_end(body: bytes) -> None:
    """Seen failing: a crash for what is no list of objects, and the last one was asked for without end."""

    class Always(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Always)
    Thread(target=server.serve_forever, daemon=True).start()
    api = Stripe(KEY, api=f"http://127.0.0.1:{server.server_port}", limits=Limits(retries=0))
    now = utcnow()
    try:
        for ask in (
            lambda: api.find_session("a token", now, now),
            lambda: api.find_intent("a token", now, now),
        ):
            with pytest.raises(StripeUnknown):
                ask()
        with pytest.raises(StripeUnknown):
            list(api.list_refunds(now, now))
    finally:
        server.shutdown()
        server.server_close()
