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
        self.host = host
        self.cookies = {"portal_session": f"bench-{person.user_id}"}
        self.order, self.store = person.order, str(person.store_id or "")
        self.token = ""
        self.connection = http.client.HTTPConnection(host, timeout=30)
        self.connection.connect()

    def get(self, path: str) -> bytes:
        """A page; anything but 200 is an error of the measurement."""
        status, body, _ = self.send("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}")
        return body

    def post(self, path: str, form: dict[str, str] | list[tuple[str, str]]) -> str:
        """Send a form; returns where it leads."""
        fields = [*(form.items() if isinstance(form, dict) else form), ("csrf_token", self.token)]
        status, body, location = self.send("POST", path, urlencode(fields).encode())
        if status not in (302, 303):
            raise RuntimeError(f"POST {path} answered {status}: {body[:3000]!r}")
        return location

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes, str]:
        """One request; learns cookies and the form token from the answer."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        found = TOKEN.search(content)
        if found:
            self.token = found.group(1).decode()
        return response.status, content, response.getheader("Location") or ""
