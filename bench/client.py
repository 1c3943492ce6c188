"""A small browser for load: one keep-alive connection, cookies, form tokens; no rendering."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlencode

TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """Somebody of the world: a buyer with an order of the company and its store, or staff."""

    user_id: int
    order: str = ""
    store_id: int | None = None


class Browser:
    """One person at one connection, signed in by the session that the world made for them.

    :param host: address of the portal on this machine, as ``127.0.0.1:8123``.
    """

    def __init__(self, host: str, person: Person) -> None:
        self.person = person
        self.cookies = {"portal_session": f"bench-{person.user_id}"}
        self.order, self.store = person.order, str(person.store_id or "")
        self.token = ""
        self.received = 0
        self._form_cookie = ""
        self._connection = http.client.HTTPConnection(host, timeout=30)
        self._connection.connect()

    @property
    def cookie(self) -> str:
        """The cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def prepare(self) -> None:
        """A form token and the cookie behind it, as a person's first page gives them."""
        self.get("/account")
        self._form_cookie = self.cookies.get("portal_form", "")

    def unsay(self) -> None:
        """Forget the messages that wait for the next page, as if that page had been looked at."""
        self.cookies["portal_form"] = self._form_cookie

    def get(self, path: str) -> bytes:
        """A page; anything but 200 is an error of the measurement."""
        status, body, _ = self.send("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}")
        return body

    def look(self, path: str) -> None:
        """Ask for a page that may also lead elsewhere."""
        status, _, _ = self.send("GET", path)
        if status >= 400:
            raise RuntimeError(f"GET {path} answered {status}")

    def post(self, path: str, form: dict[str, str]) -> str:
        """Send a form; returns where it leads."""
        body = urlencode({**form, "csrf_token": self.token}).encode()
        status, answer, location = self.send("POST", path, body)
        if status not in (302, 303):
            raise RuntimeError(f"POST {path} answered {status}: {answer[:3000]!r}")
        return location

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes, str]:
        """One request; learns cookies and the form token from the answer."""
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        self.received += len(content)
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if not self.token:
            found = TOKEN.search(content)
            self.token = found.group(1).decode() if found else ""
        return response.status, content, response.getheader("Location") or ""
