"""Starts the sandbox as the process that it is, and plays the payer's browser and the portal's webhook address."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import stripe

from sandbox.stripe.openapi import object_schema
from sandbox.stripe.openapi.answers import problems
from tests.page import check_page

ROOT = Path(__file__).parents[3]
KEY = "sk_test_sandboxV7kTr2mZ9w4H"
SECRET = "whsec_sandboxTq7ZrB4mX9vK2w"
PATIENCE = 60  # seconds; nothing here is meant to run into it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(ask: Callable[[], Any], seconds: float = 60) -> Any:
    """The first true answer; fails when there is none in time, of which a busy machine needs much."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < end, f"nothing came of it: {answer!r}"
        time.sleep(0.02)


class Sandbox:
    """A running ``python -m sandbox.stripe``."""

    def __init__(self, state: str, *more: str, port: int = 0) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "sandbox.stripe", "--port", str(self.port), "--state", state]
        self.process = subprocess.Popen(
            [*command, "--key", KEY, "--retry-seconds", "0.05", *more],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        until(self._ready)

    def _ready(self) -> bool:
        assert self.process.poll() is None, "the sandbox ended"
        try:
            return requests.get(f"{self.url}/_sandbox/health", timeout=PATIENCE).ok
        except requests.ConnectionError:
            return False

    def client(self, key: str = KEY, *, retries: int = 0) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.url},
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=PATIENCE),
        )

    def control(self, path: str, *, expect: int = 200, **body: Any) -> Any:
        answer = requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=PATIENCE)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def fault(self, kind: str, **options: Any) -> None:
        self.control("faults", kind=kind, **options)

    def deliveries(self, **query: str) -> list[dict[str, Any]]:
        found = requests.get(f"{self.url}/_sandbox/deliveries", params=query, timeout=PATIENCE).json()
        return list(found["deliveries"])

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


class Browser:
    """Fetches pages, checks their HTML and posts forms; follows no redirect."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def get(self, url: str) -> requests.Response:
        return self._checked(self._session.get(url, timeout=PATIENCE, allow_redirects=False))

    def post(self, url: str, **fields: str) -> requests.Response:
        return self._checked(self._session.post(url, data=fields, timeout=PATIENCE, allow_redirects=False))

    def pay_by_card(self, url: str, number: str, **more: str) -> requests.Response:
        code = "1234" if number.startswith("37") else "123"
        fields = {"method": "card", "email": "payer@painters.example", "number": number, "expiry": "11 / 39"}
        return self.post(url, **{**fields, "cvc": code, "name": "Pat Payer", **more})

    def pay_by_bank(self, url: str, account: str, **more: str) -> requests.Response:
        fields = {"method": "us_bank_account", "email": "payer@painters.example", "routing": "110000000"}
        return self.post(url, **{**fields, "account": account, "holder": "Painters LLC", **more})

    @staticmethod
    def _checked(answer: requests.Response) -> requests.Response:
        if answer.status_code not in {302, 303}:
            check_page(answer.text, answer.url)
            assert "Test payments" in answer.text
        return answer


class Receiver:
    """A webhook address: verifies every signature with the SDK and keeps the events."""

    def __init__(self) -> None:
        self.events: list[stripe.Event] = []
        self.bodies: list[bytes] = []
        self.problems: list[str] = []
        self.refuse = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(outer.take(body, self.headers["Stripe-Signature"]))
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks/stripe"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, body: bytes, signature: str) -> int:
        event = stripe.Webhook.construct_event(body, signature, SECRET)
        raw = json.loads(body)
        thing = raw["data"]["object"]
        self.problems += problems(object_schema("event"), raw)
        self.problems += problems(object_schema(thing["object"]), thing, raw["type"])
        if self.refuse > 0:
            self.refuse -= 1
            return 500
        self.bodies.append(body)
        self.events.append(event)
        return 200

    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def wait_for(self, kind: str, count: int = 1) -> stripe.Event:
        until(lambda: self.types().count(kind) >= count)
        return next(event for event in reversed(self.events) if event.type == kind)

    def forget(self) -> None:
        self.events.clear()
        self.bodies.clear()
        self.refuse = 0

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def session_params(*amounts: int, **more: Any) -> Any:
    """Parameters of a Checkout Session with one line per amount, as the portal sends them."""
    currency = more.pop("currency", "usd")
    lines = [
        {
            "quantity": 1,
            "price_data": {
                "currency": currency,
                "unit_amount": amount,
                "product_data": {"name": f"Invoice {n}"},
            },
        }
        for n, amount in enumerate(amounts or (12_500,), 1)
    ]
    return {
        "mode": "payment",
        "line_items": lines,
        "success_url": "http://portal.example/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://portal.example/pay",
        **more,
    }


def words(page: str) -> str:
    """A page's text, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
