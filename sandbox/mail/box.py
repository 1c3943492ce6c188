"""The mails, newest first, in memory: a sandbox forgets."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

KEPT = 500


@dataclass(frozen=True)
class Mail:
    """One received mail."""

    number: int
    received: datetime
    to: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "(no subject)")

    @property
    def text(self) -> str:
        """The readable part."""
        body = self.message.get_body(("plain", "html"))
        return str(body.get_content()) if body is not None else ""


class Box:
    """What aiosmtpd hands the mails to; safe to read from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: list[Mail] = []
        self._count = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        with self._lock:
            self._count += 1
            self._mails.insert(0, Mail(self._count, datetime.now(UTC), tuple(envelope.rcpt_tos), message))
            del self._mails[KEPT:]
        return "250 kept"

    def mails(self, to: str = "") -> list[Mail]:
        """All mails, or those to one address; newest first."""
        with self._lock:
            return [mail for mail in self._mails if not to or to.lower() in map(str.lower, mail.to)]

    def mail(self, number: int) -> Mail | None:
        """The mail with this number."""
        return next((mail for mail in self.mails() if mail.number == number), None)
