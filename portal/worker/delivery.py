"""Delivery of the mails that use cases queued (portal/foundation/mail.py)."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session

from portal.foundation import smtp
from portal.foundation.actor import SYSTEM
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.db import make_sessions, transaction
from portal.foundation.mail import OutboundMail, mail_folders
from portal.foundation.money import format_minor, format_unit_price
from portal.touchpoints.facts import NotificationSent
from portal.touchpoints.recording import Event, record

log = structlog.get_logger(__name__)

# With at most half an hour between tries this is about a day; then the mail is given up.
TRIES = 55
WIPED = {"secret": True, "wiped": True}


class Delivery:
    """Renders mails and hands them to the mail server: each one once, unless a crash hides whether it arrived.

    In that case it is sent again with the same Message-ID, and mail programs show it once.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._sessions = make_sessions(engine)
        self._templates = Environment(
            loader=FileSystemLoader(mail_folders()),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=select_autoescape(),  # by file name: HTML is escaped, the plain text of mails is not
        )
        self._templates.filters.update(money=format_minor, unit_price=format_unit_price)

    def send(self, mail_id: int) -> None:
        """Send one mail; nothing happens when it was sent, given up or is gone.

        :raises OSError: when the mail server did not take it; try again later.
        """
        with self._alone(mail_id):
            mail = self._claim(mail_id)
            if mail is not None:
                self._try(mail)

    def _try(self, mail: OutboundMail) -> None:
        try:
            smtp.send(self._settings.smtp_url, self._message(mail))
        except (OSError, smtplib.SMTPException) as error:
            if mail.attempts < TRIES and not _is_final(error):
                raise
            log.error("mail given up", mail_id=mail.id, kind=mail.kind, error=type(error).__name__)
            self._finish(mail, failed_at=utcnow())
            return
        self._finish(mail, sent_at=utcnow())
        log.info("mail sent", mail_id=mail.id, kind=mail.kind, attempts=mail.attempts)

    @contextmanager
    def _alone(self, mail_id: int) -> Iterator[None]:
        # A lock of the connection, not of a transaction: none stays open while the mail server takes its time.
        key = {"key": f"mail:{mail_id}"}
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("select pg_advisory_lock(hashtextextended(:key, 0))"), key)
            try:
                yield
            finally:
                connection.execute(text("select pg_advisory_unlock(hashtextextended(:key, 0))"), key)

    def _claim(self, mail_id: int) -> OutboundMail | None:
        with transaction(self._sessions) as session:
            return session.scalars(
                update(OutboundMail)
                .where(
                    OutboundMail.id == mail_id,
                    OutboundMail.sent_at.is_(None),
                    OutboundMail.failed_at.is_(None),
                )
                .values(attempts=OutboundMail.attempts + 1)
                .returning(OutboundMail)
            ).one_or_none()

    def _message(self, mail: OutboundMail) -> EmailMessage:
        context = {
            **mail.data,
            "to_name": mail.to_name,
            "seller_name": self._settings.seller_name,
            "product_name": "Counterpart",
            "portal_url": self._settings.public_url,
        }
        written = self._templates.get_template(f"{mail.kind}.txt.j2").render(context)
        first, _, body = written.partition("\n")
        if not first.startswith("Subject: "):
            raise ValueError(f"the template {mail.kind} does not begin with its subject")
        return smtp.compose(
            key=mail.key,
            sender=(self._settings.seller_name, self._settings.mail_from),
            to=(mail.to_name, mail.to_email),
            subject=first.removeprefix("Subject: "),
            body=body.lstrip("\n"),
        )

    def _finish(
        self, mail: OutboundMail, *, sent_at: datetime | None = None, failed_at: datetime | None = None
    ) -> None:
        data = WIPED if mail.data.get("secret") else mail.data
        change = update(OutboundMail).where(OutboundMail.id == mail.id)
        with transaction(self._sessions) as session:
            session.execute(change.values(sent_at=sent_at, failed_at=failed_at, data=data))
            if sent_at is not None:
                _record_sent(session, mail, sent_at)


def _record_sent(session: Session, mail: OutboundMail, now: datetime) -> None:
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


def _is_final(error: Exception) -> bool:
    """True when the mail server says that this address will never take it (5xx for every recipient)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return False
