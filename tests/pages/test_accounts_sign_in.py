from __future__ import annotations

from tests.builders import Build
from tests.page import PageClient


def test_signing_in_and_out(client: PageClient, build: Build) -> None:
    person = build.user(build.company())
    client.sign_in(person.email)
    client.get("/account")
    client.post("/sign-out")
    assert client.get("/account", status=302).headers["Location"] == "/sign-in?next=/account"
