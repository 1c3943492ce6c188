"""Delivery of the mails that use cases queued (portal/foundation/mail.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import Engine, text, update

from portal.foundation import smtp
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.db import make_sessions, transaction
from portal.foundation.jobs import House
from portal.foundation.mail import OutboundMail, mail_folders
from portal.foundation.money import format_minor, format_unit_price
from portal.worker.mail_failures import UNWRITTEN, tries_of, words_of
from portal.worker.parcels import Parcels
from portal.worker.sent import _named, record_sent

log = structlog.get_logger(__name__)

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
        self._parcels = Parcels(House(settings, engine, self._sessions))
        self._templates.filters.update(money=format_minor, unit_price=format_unit_price)

    def send(self, mail_id: int) -> None:
        """Send one mail; nothing happens when it was sent, given up or is gone.

        :raises Exception: when it was not sent; try again later.
        """
        with self._alone(mail_id):
            mail = self._claim(mail_id)
            if mail is not None:
                self._try(mail)

    def _try(self, mail: OutboundMail) -> None:
        """Whatever goes wrong is logged, counted, and told to whoever asked for the mail."""
        try:
            message = self._message(mail)
        except Exception as error:  # of a template or an address: the next try would end in the same way
            self._give_up(mail, error, UNWRITTEN)
            return
        try:
            smtp.send(self._settings.smtp_url, message, mail.to_email)
            self._finish(mail, sent_at=utcnow())
        except Exception as error:
            words = words_of(error)
            if mail.attempts >= tries_of(error):
                self._give_up(mail, error, words)
                return
            log.warning("mail not sent", **_named(mail), error=type(error).__name__, exc_info=True)
            self._keep_reason(mail, f"{words}; it is tried again")
            raise
        log.info("mail sent", **_named(mail))

    def _give_up(self, mail: OutboundMail, error: Exception, words: str) -> None:
        log.error("mail given up", **_named(mail), error=type(error).__name__, exc_info=error)
        self._finish(mail, failed_at=utcnow(), failure=words)

    def _keep_reason(self, mail: OutboundMail, words: str) -> None:
        with transaction(self._sessions) as session:
            session.execute(update(OutboundMail).where(OutboundMail.id == mail.id).values(failure=words))

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

    def _written(self, kind: str, context: Mapping[str, object]) -> tuple[str, str]:
        """Subject and body."""
        first, _, body = self._templates.get_template(f"{kind}.txt.j2").render(context).partition("\n")
        if not first.startswith("Subject: "):
            raise ValueError(f"the template {kind} does not begin with its subject")
        return first.removeprefix("Subject: "), body.lstrip("\n")

    def _message(self, mail: OutboundMail) -> EmailMessage:
        context = {
            **mail.data,
            "to_name": mail.to_name,
            "seller_name": self._settings.seller_name,
            "product_name": "Counterpart",
            "portal_url": self._settings.public_url,
        }
        subject, body = self._written(mail.kind, context)
        opened = self._parcels.open(mail)
        return smtp.compose(
            key=mail.key,
            sender=(self._settings.seller_name, self._settings.mail_from),
            to=(mail.to_name, mail.to_email),
            subject=subject,
            body=body + opened.words,
            enclosed=opened.enclosed,
        )

    def _finish(
        self,
        mail: OutboundMail,
        *,
        sent_at: datetime | None = None,
        failed_at: datetime | None = None,
        failure: str = "",
    ) -> None:
        data = WIPED if mail.data.get("secret") else mail.data
        change = update(OutboundMail).where(OutboundMail.id == mail.id)
        with transaction(self._sessions) as session:
            session.execute(change.values(sent_at=sent_at, failed_at=failed_at, data=data, failure=failure))
            if sent_at is not None:
                record_sent(session, mail, sent_at)
