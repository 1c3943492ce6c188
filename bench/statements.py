"""SQL statements of each scenario's requests before their response, counted at the driver in one process."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from bench.client import TOKEN as FORM_TOKEN
from bench.client import Person
from bench.scenarios import SHOWN
from bench.scenarios import TOKEN as PLACE_TOKEN
from bench.world import World
from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.db import make_engine
from portal.foundation.statements import CountingCursor, counted


class Counter:
    """A browser without network that remembers how many statements each request took."""

    def __init__(self, client: FlaskClient, person: Person) -> None:
        client.set_cookie("portal_session", f"bench-{person.user_id}", domain="127.0.0.1")
        self.client = client
        self.form_token = ""
        self.last = 0

    def get(self, path: str) -> bytes:
        return self._take(self.client.get, path, None).get_data()

    def post(self, path: str, form: dict[str, str]) -> str:
        return self._take(self.client.post, path, {**form, "csrf_token": self.form_token}).headers["Location"]

    def _take(self, send: object, path: str, data: dict[str, str] | None) -> TestResponse:
        with counted() as heard:
            # Not buffered: what is written after the response does not count.
            response: TestResponse = send(path, data=data, base_url="http://127.0.0.1")  # type: ignore[operator]
            self.last = len(heard)
        if response.status_code >= 400:
            raise RuntimeError(f"{path} answered {response.status_code}")
        found = FORM_TOKEN.search(response.get_data())
        response.close()
        if found:
            self.form_token = found.group(1).decode()
        return response


def count(settings: Settings, world: World) -> dict[str, int]:
    """Statements by scenario; for a chain of requests those of its last one."""
    engine: Engine = make_engine(settings, connect_args={"cursor_factory": CountingCursor})
    app = create_app(settings, engine)
    found: dict[str, int] = {}
    buyer = world.buyers[-1]
    person = Counter(app.test_client(), buyer)
    person.get("/account")
    for name, path in (
        ("history", "/orders"),
        ("detail", f"/orders/{buyer.order}"),
        ("search", "/products?q=primer"),
    ):
        person.get(path)
        found[name] = person.last
    draft = person.post(f"/orders/{buyer.order}/reorders", {"everything": "1", "into": "new"})
    found["reorder 20 lines"] = person.last
    person.post(
        f"{draft}/pickup", {"fulfilment": "pickup", "store_id": str(buyer.store_id), "pickup_person": "Bench"}
    )
    page = person.get(f"{draft}/review")
    token, shown = PLACE_TOKEN.search(page), SHOWN.search(page)
    assert token is not None
    assert shown is not None
    person.post(f"{draft}/placement", {"token": token.group(1).decode(), "shown": shown.group(1).decode()})
    found["reorder and place"] = person.last
    staff = Counter(app.test_client(), world.support)
    for name, text in (("support by number", world.numbers[0]), ("support by name", "Painting+company+77")):
        staff.get(f"/lookup?q={text}")
        found[name] = staff.last
    engine.dispose()
    return found
