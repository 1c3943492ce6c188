"""SQL statements of each scenario's requests before their response, counted at the driver in one process."""

from __future__ import annotations

from flask import Flask

from bench.client import TOKEN, Browser, Person
from bench.scenarios import SCENARIOS
from bench.world import World
from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.db import make_engine
from portal.foundation.postgres.statements import CountingCursor, counted


class Direct(Browser):
    """A browser without network: its requests go straight into the application."""

    def __init__(self, app: Flask, person: Person) -> None:
        self.person = person
        self.cookies = {"portal_session": f"bench-{person.user_id}"}
        self.order, self.store = person.order, str(person.store_id or "")
        self.token = ""
        self.received = 0
        self.statements = 0
        self._form_cookie = ""
        self._client = app.test_client(use_cookies=False)

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes, str]:
        kind = "application/x-www-form-urlencoded" if body is not None else None
        with counted() as heard:
            # Not buffered: what is written after the response does not count.
            response = self._client.open(
                path,
                method=method,
                data=body,
                content_type=kind,
                headers={"Cookie": self.cookie},
                base_url="http://127.0.0.1",
            )
            self.statements = len(heard)
        content = response.get_data()
        response.close()
        for set_cookie in response.headers.getlist("Set-Cookie"):
            key, _, rest = set_cookie.partition("=")
            self.cookies[key] = rest.partition(";")[0]
        if not self.token:
            found = TOKEN.search(content)
            self.token = found.group(1).decode() if found else ""
        return response.status_code, content, response.headers.get("Location", "")


def count(settings: Settings, world: World) -> dict[str, int]:
    """Statements by scenario; for a chain of requests those of its last one."""
    engine = make_engine(settings, connect_args={"cursor_factory": CountingCursor})
    app = create_app(settings, engine)
    found: dict[str, int] = {}
    for scenario in SCENARIOS:
        person = world.support if scenario.staff else world.buyers[-1]
        browser = Direct(app, person)
        browser.prepare()
        if scenario.page is not None:
            browser.look(scenario.page(world, person, 0))
        else:
            assert scenario.step is not None
            scenario.step(browser, 0)
        found[scenario.name] = browser.statements
    engine.dispose()
    return found
