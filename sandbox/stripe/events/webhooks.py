"""Sends events to the endpoints, signed as Stripe signs them, and retries until the answer is 2xx."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from sqlite3 import Row
from urllib.parse import urlsplit

from sandbox.stripe.store import Store, Thing

TIMEOUT_SECONDS = 10
LONGEST_PAUSE = 60.0
MOST_ATTEMPTS = 25


def signature(body: bytes, secret: str, moment: int) -> str:
    """The ``Stripe-Signature`` header: HMAC-SHA256 over ``moment.body``."""
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={mac}"


class Sender:
    """A thread that sends what is due, one after the other, so that the order is that of the events."""

    def __init__(self, store: Store, first_pause: float) -> None:
        self._store = store
        self._first_pause = first_pause
        self._stop = threading.Event()
        self._crowd = ThreadPoolExecutor(max_workers=32, thread_name_prefix="webhook-copy")
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more; what is owed is kept."""
        self._stop.set()
        self._thread.join(timeout=TIMEOUT_SECONDS)
        self._crowd.shutdown(wait=False)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self.send_due():
                self._stop.wait(0.05)

    def send_due(self) -> int:
        """Send all that is due now; says how many."""
        due = self._store.rows(
            "select * from deliveries where state = 'pending' and due <= ? order by rank, due, id limit 50",
            time.time(),
        )
        for delivery in due:
            if self._stop.is_set():
                break
            self._send(delivery)
        return len(due)

    def _send(self, delivery: Row) -> None:
        event = self._store.get("event", delivery["event"])
        endpoint = self._store.get("webhook_endpoint", delivery["endpoint"])
        if event is None or endpoint is None:
            self._store.run("update deliveries set state = 'dropped' where id = ?", delivery["id"])
            return
        secret = self._store.private(endpoint["id"])["secret"]
        body = json.dumps(event, indent=2).encode()
        tries = [self._crowd.submit(post, endpoint["url"], body, secret) for _ in range(delivery["copies"])]
        self._record(delivery, [future.result() for future in tries])

    def _record(self, delivery: Row, statuses: list[int]) -> None:
        delivered = any(200 <= status < 300 for status in statuses)
        attempts = delivery["attempts"] + 1
        state = "delivered" if delivered else "failed" if attempts >= MOST_ATTEMPTS else "pending"
        pause = min(self._first_pause * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
        now = time.time()
        answers = json.loads(delivery["answers"]) + [
            {"at": round(now, 3), "status": status} for status in statuses
        ]
        with self._store.transaction():
            self._store.run(
                "update deliveries set state = ?, attempts = ?, due = ?, answers = ? where id = ?",
                *(state, attempts, now + pause, json.dumps(answers[-50:]), delivery["id"]),
            )
            event = self._store.get("event", delivery["event"])
            if delivered and event is not None:
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
                self._store.save(event)


def post(url: str, body: bytes, secret: str) -> int:
    """Send once; the status, or 0 when there was no answer. A redirect is not followed."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, secret, int(time.time())),
        "User-Agent": "Stripe/1.0 (+sandbox)",
        "Accept": "*/*; q=0.5, application/xml",
    }
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read(64 * 1024)
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def deliveries(store: Store, kind: str = "", state: str = "") -> list[Thing]:
    """What was or is to be sent, newest first."""
    rows = store.rows(
        "select * from deliveries where (? = '' or type = ?) and (? = '' or state = ?) order by id desc limit 500",
        *(kind, kind, state, state),
    )
    return [{**dict(row), "answers": json.loads(row["answers"])} for row in rows]


def send_again(store: Store, given: int) -> bool:
    """Send a delivery again now, whatever its state; False when there is none."""
    known = store.rows("select 1 from deliveries where id = ?", given)
    store.run(
        "update deliveries set state = 'pending', due = ?, copies = 1, held_by = null where id = ?",
        time.time(),
        given,
    )
    return bool(known)
