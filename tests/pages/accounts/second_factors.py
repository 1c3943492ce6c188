"""People with a second factor, and the clock that their codes follow."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.foundation.mail import OutboundMail
from tests.page import PageClient
from tests.pages.accounts.authenticator import Authenticator


@dataclass
class Clock:
    """The time of all requests; moves only when a test says so."""

    moment: datetime = datetime(2026, 6, 2, 15, 0, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **delta: int) -> None:
        self.moment += timedelta(**delta)

    def code(self, secret: str, steps: int = 0) -> str:
        """The code that an app shows now, or so many steps from now."""
        return pyotp.TOTP(secret).at(self.moment + timedelta(seconds=30 * steps))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Requests take the time from here."""
    made = Clock()
    monkeypatch.setattr("portal.web.transaction.utcnow", made)
    return made


def set_up_app(client: PageClient, clock: Clock) -> tuple[str, list[str]]:
    """Set up an app for whoever is signed in. Returns its secret and the recovery codes that were shown."""
    client.get("/account/security")
    client.follow(client.post("/account/authenticator-app", status=303))
    found = re.search(r'qr__key">([A-Z2-7 ]+)<', client.body)
    assert found is not None
    secret = found.group(1).replace(" ", "")
    client.post("/account/authenticator-app/confirmation", {"code": clock.code(secret)}, status=None)
    clock.later(seconds=30)
    return secret, re.findall(r"<code>([A-Z2-9-]{19})</code>", client.body)


def options(client: PageClient, path: str = "/passkey-options") -> Any:
    """What the script asks the server for."""
    return json.loads(client.post(path, status=200).get_data(as_text=True))


def set_up_passkey(client: PageClient, key: Authenticator, *, name: str = "Phone") -> None:
    """Add a passkey for whoever is signed in."""
    client.get("/account/security")
    answer = key.make(options(client, "/account/passkeys/options"))
    client.post("/account/passkeys", {"name": name, "answer": answer}, status=None)


def enter_password(client: PageClient, email: str, *, next: str = "") -> None:
    """The first half of signing in; the page that asks for the second is shown."""
    client.get("/sign-in")
    client.follow(client.post("/sign-in", {"email": email, "password": "paint-the-town", "next": next}))


def mails(session: Session) -> list[str]:
    return list(session.scalars(select(OutboundMail.kind).order_by(OutboundMail.id)))


def touched(session: Session, name: str) -> list[tuple[str, str]]:
    rows = session.execute(
        text(
            "select outcome, coalesce(props->>'action', props->>'method') from touchpoint where name = :name "
            "order by occurred_us, event_id"
        ),
        {"name": name},
    )
    return [tuple(row) for row in rows]
