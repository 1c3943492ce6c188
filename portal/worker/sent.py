"""The touchpoint of a mail that went out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import SYSTEM
from portal.foundation.mail import OutboundMail
from portal.touchpoints.facts import NotificationSent
from portal.touchpoints.recording import Event, record


def record_sent(session: Session, mail: OutboundMail, now: datetime) -> None:
    record(
        session,
        Event(
            NotificationSent(mail_kind=mail.kind, attempts=mail.attempts),
            actor=SYSTEM,
            now=now,
            key=f"notification_sent:{mail.key}",
            account_id=mail.company_id,
            channel="email",
            links={"order_id": mail.order_id},
        ),
    )


def _named(mail: OutboundMail) -> dict[str, int | str]:
    """How the log names a mail: never by its address."""
    return {"mail_id": mail.id, "kind": mail.kind, "attempts": mail.attempts}
