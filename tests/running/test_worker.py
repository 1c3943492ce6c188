"""The worker as it runs: a process of its own, a real mail server, and a kill -9 in the middle."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from jinja2 import UndefinedError
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.delegations.use_cases import end_expired
from portal.accounts.models import OneTimeToken, SignInAttempt, UserSession
from portal.accounts.sign_in.letters import PasswordChanged, PasswordReset
from portal.foundation.config import Settings
from portal.foundation.mail import Mail, OutboundMail, To, retry_failed, send
from portal.foundation.smtp import takes_any_letters
from portal.running import guards
from portal.touchpoints.models import Touchpoint
from portal.worker.delivery import Delivery
from portal.worker.mail_failures import TRIES, TRIES_OF_FAULTS
from portal.worker.upkeep import do_upkeep
from sandbox.mail.box import Box
from tests.builders import NOW, Build

ROOT = Path(__file__).parents[2]


class Server(Box):
    """A mail server that keeps what it gets; ``interrupt`` is called with how many mails it has had so far."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[int], None] = lambda count: None
        self.after: Callable[[int], None] = lambda count: None
        self.refuse = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        count = len(self.mails())
        self.before(count)
        said = await super().handle_DATA(server, session, envelope)
        self.after(count)
        return said


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    box = Server()
    port = guards.free_port("127.0.0.1", 0)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def start(
    database_url: str, server: tuple[Server, str], tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "PORTAL_ENV": "development",
        "PORTAL_SMTP_URL": server[1],
        "PORTAL_VAR": str(tmp_path),
        "PORTAL_SELLER_NAME": "Test Coatings",
    }

    def begin() -> subprocess.Popen[bytes]:
        log = (tmp_path / "worker.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "worker"], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
        log.close()
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait(120)


def post_mails(sessions: sessionmaker[Session], count: int) -> None:
    with sessions.begin() as session:
        for number in range(count):
            name = f"Person {number}"
            to = To(f"person{number}@example.com", name)
            send(session, Mail(key=f"test:{number}", letter=PasswordChanged(name=name), to=to))


def wait_until(true: Callable[[], bool], seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def sent(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return len(session.scalars(select(OutboundMail.id).where(OutboundMail.sent_at.is_not(None))).all())


def test_mails_go_out_once_and_are_noted(
    sessions: sessionmaker[Session], server: tuple[Server, str], start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = start()
    post_mails(sessions, 3)
    post_mails(sessions, 3)  # the same facts again
    wait_until(lambda: sent(sessions) == 3)
    process.terminate()
    assert process.wait(120) == 0
    mails = server[0].mails()
    assert sorted(mail.to[0] for mail in mails) == [f"person{n}@example.com" for n in range(3)]
    message: EmailMessage = mails[0].message
    assert message["Subject"] == "Your password was changed"
    assert message["From"] == "Test Coatings <orders@localhost>"
    assert mails[0].text.startswith("Hello Person")
    with sessions() as session:
        noted = session.scalars(select(Touchpoint).where(Touchpoint.name == "notification_sent")).all()
        assert [t.channel for t in noted] == ["email"] * 3
        assert all(t.valid for t in noted), [t.invalid_reason for t in noted]
        assert session.scalar(text("select count(*) from procrastinate_jobs where status <> 'todo'")) == 0


@pytest.mark.chaos
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_worker_loses_no_mail(
    moment: str,
    sessions: sessionmaker[Session],
    server: tuple[Server, str],
    start: Callable[[], subprocess.Popen[bytes]],
) -> None:
    """kill -9 while the mail server has a mail in hand: before it kept it, or just after."""
    box = server[0]
    victim = start()

    def kill(count: int) -> None:
        if count == 2 and victim.poll() is None:
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait()

    setattr(box, moment, kill)
    post_mails(sessions, 6)
    wait_until(lambda: victim.poll() is not None)
    start()
    wait_until(lambda: sent(sessions) == 6)
    ids = [mail.message["Message-ID"] for mail in box.mails()]
    assert len(set(ids)) == 6, "a mail sent twice is the same mail, and none is missing"
    with sessions() as session:
        names = session.scalars(
            select(Touchpoint.idempotency_key).where(Touchpoint.name == "notification_sent")
        ).all()
    assert sorted(filter(None, names)) == [f"notification_sent:test:{n}" for n in range(6)]


@pytest.fixture
def delivery(settings: Settings, engine: Any, server: tuple[Server, str]) -> Delivery:
    return Delivery(replace(settings, smtp_url=server[1]), engine)


def only_mail(sessions: sessionmaker[Session]) -> OutboundMail:
    with sessions() as session:
        return session.scalars(select(OutboundMail)).one()


def test_a_secret_is_wiped_once_it_has_left(
    sessions: sessionmaker[Session], delivery: Delivery, server: tuple[Server, str]
) -> None:
    with sessions.begin() as session:
        letter = PasswordReset(name="Ann", link="http://localhost/reset?token=abc", minutes=30)
        send(session, Mail(key="reset:1", letter=letter, to=To("ann@example.com")))
    delivery.send(only_mail(sessions).id)
    mail = only_mail(sessions)
    assert mail.sent_at is not None
    assert "abc" not in json.dumps(mail.data)
    assert "token=abc" in server[0].mails()[0].text
    delivery.send(mail.id)
    assert len(server[0].mails()) == 1


def test_a_mail_server_that_is_away_is_tried_again_and_at_last_given_up(
    sessions: sessionmaker[Session], delivery: Delivery, server: tuple[Server, str]
) -> None:
    post_mails(sessions, 1)
    server[0].refuse = "451 try later"
    mail = only_mail(sessions)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        delivery.send(mail.id)
    assert (only_mail(sessions).attempts, only_mail(sessions).failed_at) == (1, None)
    with sessions.begin() as session:
        session.execute(update(OutboundMail).values(attempts=TRIES - 1))
    delivery.send(mail.id)
    assert only_mail(sessions).failed_at is not None
    server[0].refuse = ""
    delivery.send(mail.id)
    assert server[0].mails() == []
    with sessions.begin() as session:
        assert retry_failed(session) == 1
    delivery.send(mail.id)
    assert len(server[0].mails()) == 1


def test_an_address_that_does_not_exist_is_given_up_at_once(
    sessions: sessionmaker[Session], delivery: Delivery, server: tuple[Server, str]
) -> None:
    post_mails(sessions, 1)
    server[0].refuse = "550 nobody of that name"
    delivery.send(only_mail(sessions).id)
    assert only_mail(sessions).failed_at is not None


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is logged about mails."""
    lines: list[dict[str, Any]] = []

    def keep(event: str, **values: Any) -> None:
        lines.append({"event": event, **values})

    heard = SimpleNamespace(warning=keep, error=keep, info=lambda *_, **__: None)
    monkeypatch.setattr("portal.worker.delivery.log", heard)
    return lines


def test_a_domain_in_any_alphabet_is_reached(
    sessions: sessionmaker[Session], delivery: Delivery, server: tuple[Server, str]
) -> None:
    """Seen failing with UnicodeEncodeError, tried again without end."""
    with sessions.begin() as session:
        to = To("info@malerei-müller.example", 'Núñez "Nick" O\'Brien, Jr.')
        send(session, Mail(key="idn:1", letter=PasswordChanged(name="X"), to=to))
    delivery.send(only_mail(sessions).id)
    assert only_mail(sessions).sent_at is not None
    (mail,) = server[0].mails()
    assert list(mail.to) == ["info@xn--malerei-mller-4ob.example"]
    assert [each.display_name for each in mail.message["To"].addresses] == ['Núñez "Nick" O\'Brien, Jr.']


@pytest.mark.parametrize("offered", [True, False])
def test_letters_before_the_at_need_a_server_that_takes_them(
    offered: bool, sessions: sessionmaker[Session], settings: Settings, engine: Any
) -> None:
    """Seen failing with UnicodeEncodeError, and with a day of tries where the server will never take it."""
    box, port = Server(), guards.free_port("127.0.0.1", 0)
    controller = Controller(box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=offered)
    controller.start()
    try:
        url = f"smtp://127.0.0.1:{port}"
        assert takes_any_letters(url) is offered
        with sessions.begin() as session:
            send(session, Mail(key="utf8:1", letter=PasswordChanged(name="X"), to=To("joergö@example.com")))
        Delivery(replace(settings, smtp_url=url), engine).send(only_mail(sessions).id)
    finally:
        controller.stop()
    mail = only_mail(sessions)
    assert (mail.sent_at is not None) is offered
    assert (mail.failed_at is None) is offered
    assert ("takes no letters like" in mail.failure) is not offered
    assert [list(each.to) for each in box.mails()] == ([["joergö@example.com"]] if offered else [])


def test_a_mail_that_cannot_be_written_is_given_up_told_and_found_again(
    sessions: sessionmaker[Session],
    delivery: Delivery,
    server: tuple[Server, str],
    said: list[dict[str, Any]],
) -> None:
    """Seen failing with a hundred silent tries: only errors of the mail server were counted."""
    post_mails(sessions, 1)
    with sessions.begin() as session:
        session.execute(update(OutboundMail).values(data={}))  # what the template prints is not there
    delivery.send(only_mail(sessions).id)
    mail = only_mail(sessions)
    assert (mail.attempts, mail.sent_at) == (1, None)
    assert mail.failed_at is not None
    assert "could not be written" in mail.failure
    (line,) = said
    assert (line["event"], line["mail_id"]) == ("mail given up", mail.id)
    assert (line["kind"], line["error"], line["attempts"]) == ("password_changed", "UndefinedError", 1)
    assert isinstance(line["exc_info"], UndefinedError)
    with sessions.begin() as session:
        session.execute(update(OutboundMail).values(data={"name": "X"}))
        assert retry_failed(session) == 1
    delivery.send(mail.id)
    assert (only_mail(sessions).failure, len(server[0].mails())) == ("", 1)


def test_any_error_while_sending_is_logged_counted_and_given_up(
    sessions: sessionmaker[Session],
    delivery: Delivery,
    said: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen failing with ValueError: it went round the count and the log."""

    def broken(*_: Any) -> None:
        raise ValueError("for ann@painter.example")

    monkeypatch.setattr("portal.foundation.smtp.send", broken)
    post_mails(sessions, 1)
    mail_id = only_mail(sessions).id
    for number in range(1, TRIES_OF_FAULTS):
        with pytest.raises(ValueError, match="for ann"):
            delivery.send(mail_id)
        assert (only_mail(sessions).attempts, only_mail(sessions).failed_at) == (number, None)
        assert only_mail(sessions).failure == "of a fault of this portal; it is tried again"
    delivery.send(mail_id)
    assert only_mail(sessions).failed_at is not None
    assert [line["event"] for line in said] == ["mail not sent"] * (TRIES_OF_FAULTS - 1) + ["mail given up"]
    assert {line["error"] for line in said} == {"ValueError"}


def test_the_house_is_kept(sessions: sessionmaker[Session], build: Build) -> None:
    user = build.user(build.company())
    now = datetime.now(UTC)
    for days in (1, 200):
        at = now - timedelta(days=days)
        build.session.add_all(
            [
                SignInAttempt(account_key=b"x", network="10.0.0.0", purpose="sign_in", at=at),
                OneTimeToken(
                    token_hash=f"t{days}".encode(),
                    purpose="reset",
                    user_id=user.id,
                    created_at=at,
                    expires_at=at,
                ),
                UserSession(
                    token_hash=f"s{days}".encode(),
                    user_id=user.id,
                    created_at=at,
                    last_seen_at=at,
                    expires_at=at,
                ),
            ]
        )
    build.session.commit()
    with sessions.begin() as session:
        do_upkeep(session, now=now)
    for model in (SignInAttempt, OneTimeToken, UserSession):
        assert len(build.session.scalars(select(model)).all()) == 1, model
    months = build.session.scalar(
        text("select count(*) from pg_class where relname ~ '^touchpoint_y[0-9]{4}m[0-9]{2}$'")
    )
    assert months is not None
    assert months >= 4


def test_stays_whose_hour_is_over_end(sessions: sessionmaker[Session], build: Build) -> None:
    company = build.company()
    rep, subject = build.rep(company), build.user(company)
    stay = build.delegation(rep, subject, company)
    with sessions.begin() as session:
        end_expired(session, now=NOW + timedelta(hours=2))
    build.session.refresh(stay)
    assert stay.ended_at == stay.expires_at
