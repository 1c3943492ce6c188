"""Handing a message to the mail server named in PORTAL_SMTP_URL."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from time import monotonic
from urllib.parse import unquote, urlsplit

from portal.foundation.clock import utcnow
from portal.foundation.config import ConfigError
from portal.foundation.smtp.addresses import BadAddress, read_address, wire_form

PORTS = {"smtp": 25, "smtps": 465}
TIMEOUT = 20.0
# Seconds. A page waits for the answer to a question; what the server offers changes seldom.
ASK_TIMEOUT, ASK_AGAIN = 5.0, 300


def check_url(url: str) -> None:
    """:raises ConfigError: unless the address is ``smtp://`` or ``smtps://`` with a host."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError("PORTAL_SMTP_URL is not an address like smtp://user:password@mail.example.com:587.")


def check_sender(address: str) -> None:
    """:raises ConfigError: unless mails can come from the address."""
    local, _, domain = address.rpartition("@")
    try:
        # On a loopback host the default is orders@localhost, which is no address that others could answer.
        valid = bool(local) and bool(read_address(address) if "." in domain else domain)
    except BadAddress:
        valid = False
    if not valid:
        raise ConfigError("PORTAL_MAIL_FROM is not an address like orders@example.com.")


def message_id(key: str, sender: str) -> str:
    """The same for the same mail, so that a mail sent again after a crash is seen to be the same one."""
    domain = wire_form(sender)[1] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What a message has besides its words: all its readers, and a PDF with its name."""

    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    pdf: tuple[str, bytes] | None = None


NOTHING_ELSE = Enclosed()


def compose(
    *,
    key: str,
    sender: tuple[str, str],
    to: tuple[str, str],
    subject: str,
    body: str,
    enclosed: Enclosed = NOTHING_ELSE,
) -> EmailMessage:
    """A message of plain text. ``sender`` and ``to`` are name and address; line breaks in names are dropped.

    :raises UnicodeError: if there is no such domain; other errors for what cannot be an address.
    """
    message = EmailMessage()
    message["From"] = _address(*sender)
    message["To"] = [_address("", each) for each in enclosed.to] or _address(*to)
    if enclosed.cc:
        message["Cc"] = [_address("", each) for each in enclosed.cc]
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(utcnow())
    message["Message-ID"] = message_id(key, sender[1])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    if enclosed.pdf is not None:
        name, content = enclosed.pdf
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message


def send(url: str, message: EmailMessage, to: str) -> None:
    """Hand the message over for one address, whoever else the message names. A plain connection is encrypted where the
    server offers it (STARTTLS).

    :raises OSError: when the server can't be reached (``smtplib.SMTPException`` is one, too).
    """
    parts = urlsplit(url)
    with _greeted(url, TIMEOUT) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message, to_addrs=["@".join(wire_form("".join(to.split())))])


def takes_any_letters(url: str) -> bool:
    """Whether the mail server offers SMTPUTF8, which addresses with letters like ö before the @ need. Its answer is
    remembered for minutes; False while it does not answer."""
    return bool(url) and _asked(url, int(monotonic() // ASK_AGAIN))


@lru_cache(maxsize=8)
def _asked(url: str, _period: int) -> bool:
    with suppress(OSError), _greeted(url, ASK_TIMEOUT) as server:
        return bool(server.has_extn("smtputf8"))
    return False


def _greeted(url: str, timeout: float) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=timeout)
    try:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
    except BaseException:
        server.close()
        raise
    return server


def _address(name: str, address: str) -> Address:
    local, domain = wire_form("".join(address.split()))
    return Address(" ".join(name.split()), username=local, domain=domain)
