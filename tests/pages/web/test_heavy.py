"""Documents and exports: one at a time for each person, and never in the way of pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.orders.tracking.views import slips
from portal.web.answers import heavy
from tests.builders import Build
from tests.page import PageClient
from tests.placed_orders import Counter, counter


@pytest.fixture
def scene(build: Build, session: Session) -> Counter:
    made = counter(build)
    made.order(number="T-1")
    build.session.commit()
    return made


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The printing of slips: begun, and what it waits for."""
    begun, goes_on = threading.Event(), threading.Event()

    def printing(*args: object, **more: object) -> bytes:
        begun.set()
        assert goes_on.wait(60)
        return b"%PDF-"

    monkeypatch.setattr(slips, "pdf", printing)
    monkeypatch.setattr(heavy, "OWN_TURN", 100)
    yield begun, goes_on
    goes_on.set()


class Asked(threading.Thread):
    """A request in a thread of its own."""

    def __init__(self, client: PageClient, path: str, **environ: object) -> None:
        super().__init__()
        self._client, self._path, self._environ = client, path, environ
        self.status = 0
        self.start()

    def run(self) -> None:
        answer = self._client.http.get(self._path, environ_overrides=self._environ)
        answer.get_data()
        self.status = answer.status_code


def test_a_person_has_one_document_made_at_a_time(
    app: Flask, scene: Counter, slow: tuple[threading.Event, threading.Event]
) -> None:
    """In words, with the time to wait; a colleague is not concerned, and it is over when the first one is there. Seen
    failing without the lock, and with one lock for everybody."""
    begun, goes_on = slow
    buyer, colleague = PageClient(app), PageClient(app)
    buyer.sign_in(scene.buyer.email)
    colleague.sign_in(scene.build.user(scene.company).email)
    stepped = threading.Event()
    turn = type("Turn", (), {"step_aside": lambda self: stepped.set()})()
    first = Asked(buyer, "/orders/T-1/slip.pdf", **{"portal.turn": turn})
    assert begun.wait(60)
    assert stepped.is_set(), "it has given its place among working requests to others"
    refused = buyer.http.get("/orders/T-1/slip.pdf")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "5"
    page = refused.get_data(as_text=True)
    assert "Your last file is still being made" in page
    assert "Wait until it has arrived, then ask for the next one." in page
    buyer.get("/orders")  # pages, and another kind of file
    assert buyer.http.get("/orders.csv").get_data().startswith(b"\xef\xbb\xbf")
    second = Asked(colleague, "/orders/T-1/slip.pdf")
    goes_on.set()
    for each in (first, second):
        each.join(60)
        assert each.status == 200
    assert buyer.http.get("/orders/T-1/slip.pdf").status_code == 200


def test_too_many_documents_are_refused_in_words(
    app: Flask, scene: Counter, slow: tuple[threading.Event, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all people together. Seen failing with a queue of any length."""
    begun, goes_on = slow
    monkeypatch.setattr(heavy, "_places", threading.BoundedSemaphore(1))
    people = [PageClient(app), PageClient(app)]
    for each in people:
        each.sign_in(scene.build.user(scene.company).email)
    first = Asked(people[0], "/orders/T-1/slip.pdf")
    assert begun.wait(60)
    refused = people[1].http.get("/orders/T-1/slip.pdf")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "Many documents are being made at this moment" in refused.get_data(as_text=True)
    goes_on.set()
    first.join(60)
    assert first.status == 200
    assert people[1].http.get("/orders/T-1/slip.pdf").status_code == 200, "a refusal keeps nothing"


def test_one_export_at_a_time_until_it_is_taken_or_given_up(
    app: Flask, scene: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing with the ticket given back before the last piece, and never where nobody takes the file."""
    monkeypatch.setattr(heavy, "OWN_TURN", 100)
    buyer = PageClient(app)
    buyer.sign_in(scene.buyer.email)
    held = buyer.http.get("/orders.csv", buffered=False)
    assert held.status_code == 200
    assert buyer.http.get("/invoices.csv").status_code == 429
    held.close()
    sent = buyer.http.get("/invoices.csv")
    sent.get_data()
    assert buyer.http.get("/orders.csv").status_code == 200
