"""Buyers who order without pause and, like people, send the form again when the line was cut."""

from __future__ import annotations

import http.client
import random
import threading
import time
from html import unescape

from bench.client import Browser, Person
from bench.scenarios import SHOWN, TOKEN

CUT = (OSError, http.client.HTTPException)


class Buyer(threading.Thread):
    """One buyer; ``acknowledged`` are the orders that the portal told about."""

    def __init__(self, address: str, person: Person, stop: threading.Event) -> None:
        super().__init__()
        self.address, self.person, self.stop = address, person, stop
        self.acknowledged: list[str] = []
        self.error: Exception | None = None
        self._browser: Browser | None = None

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._order()
            except CUT:
                self._browser = None
                time.sleep(random.uniform(0.02, 0.2))
            except Exception as error:
                self.error = error
                return

    @property
    def browser(self) -> Browser:
        if self._browser is None:
            self._browser = Browser(self.address, self.person)
            self._browser.get("/account")
        return self._browser

    def _order(self) -> None:
        person = self.person
        draft = self.browser.post(f"/orders/{person.order}/reorders", {"everything": "1", "into": "new"})
        choice = {"fulfilment": "pickup", "store_id": str(person.store_id), "pickup_person": "Chaos"}
        self.browser.post(f"{draft}/pickup", choice)
        page = self.browser.get(f"{draft}/review")
        token, shown = TOKEN.search(page), SHOWN.search(page)
        assert token is not None
        assert shown is not None
        form = {"token": token.group(1).decode(), "shown": unescape(shown.group(1).decode())}
        self.acknowledged.append(self._place(f"{draft}/placement", form))

    def _place(self, path: str, form: dict[str, str]) -> str:
        """Send until there is an answer: the same form, so it must be the same order."""
        while True:
            try:
                return self.browser.post(path, form).split("/")[2]
            except CUT:
                self._browser = None
                if self.stop.is_set():
                    raise
                time.sleep(random.uniform(0.02, 0.2))
