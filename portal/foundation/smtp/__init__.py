"""Handing a message to the mail server named in PORTAL_SMTP_URL."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

from portal.foundation.clock import utcnow
from portal.foundation.config import ConfigError

PORTS = {"smtp": 25, "smtps": 465}
TIMEOUT = 20.0


def check_url(url: str) -> None:
    """:raises ConfigError: unless the address is ``smtp://`` or ``smtps://`` with a host."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError("PORTAL_SMTP_URL is not an address like smtp://user:password@mail.example.com:587.")


def message_id(key: str, sender: str) -> str:
    """The same for the same mail, so that a mail sent again after a crash is seen to be the same one."""
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def compose(
    *, key: str, sender: tuple[str, str], to: tuple[str, str], subject: str, body: str
) -> EmailMessage:
    """A plain-text message. ``sender`` and ``to`` are name and address; line breaks in names are dropped."""
    message = EmailMessage()
    message["From"] = formataddr(_one_line(sender))
    message["To"] = formataddr(_one_line(to))
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(utcnow())
    message["Message-ID"] = message_id(key, sender[1])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def send(url: str, message: EmailMessage) -> None:
    """Hand the message over. A plain connection is encrypted where the server offers it (STARTTLS).

    :raises OSError: when the server can't be reached (``smtplib.SMTPException`` is one, too).
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _one_line(person: tuple[str, str]) -> tuple[str, str]:
    return " ".join(person[0].split()), "".join(person[1].split())
