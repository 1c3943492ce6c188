"""A letter to several addresses of a company, through a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.sign_in.letters import PasswordChanged
from portal.foundation.config import Settings
from portal.foundation.mail import Mail, OutboundMail, Parcel, To, send
from portal.foundation.smtp.files import File, Maker
from portal.running import guards
from portal.worker.delivery import Delivery
from sandbox.mail.box import Box

READERS = ("ap@h.example", "office@bücher.example")


@pytest.fixture
def mailbox() -> Iterator[tuple[Box, str]]:
    box, port = Box(), guards.free_port("127.0.0.1", 0)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_each_address_gets_a_message_of_its_own_that_names_all(
    settings: Settings, engine: Engine, sessions: sessionmaker[Session], mailbox: tuple[Box, str]
) -> None:
    """Seen failing: the message to one of them went to everybody it named, once for each of them."""
    box, url = mailbox
    delivery = Delivery(replace(settings, smtp_url=url), engine)
    made = Maker("note", lambda house, asked: File("rechnung-ä.pdf", b"%PDF-1.7 " + bytes(range(256))))
    delivery._parcels._makers["note"] = made
    parcel = Parcel(document={"kind": "note", "page": "/"}, to=READERS[:1], cc=READERS[1:], company="Harbor")
    with sessions.begin() as session:
        letter = PasswordChanged(name="Ann")
        send(session, *(Mail(key=each, letter=letter, to=To(each), parcel=parcel) for each in READERS))
    with sessions() as session:
        for mail_id in session.scalars(select(OutboundMail.id)).all():
            delivery.send(mail_id)
    mails = box.mails()
    assert sorted(mail.to for mail in mails) == [("ap@h.example",), ("office@xn--bcher-kva.example",)]
    for mail in mails:
        assert (mail.message["To"], mail.message["Cc"]) == ("ap@h.example", "office@xn--bcher-kva.example")
        (attached,) = mail.message.iter_attachments()
        assert attached.get_filename() == "rechnung-ä.pdf"
        assert attached.get_content().endswith(bytes(range(256)))
    assert len({mail.message["Message-ID"] for mail in mails}) == 2
