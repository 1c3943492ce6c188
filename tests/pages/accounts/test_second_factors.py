"""Second factors on pages: set-up, signing in, recovery, reset, and who needs one."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from portal.accounts.models import SignInAttempt, User
from portal.accounts.models.second_factors import AuthenticatorApp, Passkey, RecoveryCode
from portal.accounts.sign_in.use_cases.one_time import RESET, issue_link
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient
from tests.pages.accounts.authenticator import Authenticator
from tests.pages.accounts.second_factors import (
    Clock,
    clock,
    enter_password,
    mails,
    options,
    set_up_app,
    set_up_passkey,
    touched,
)

__all__ = ["clock"]


def signed_in(client: PageClient, build: Build, role: str = "buyer") -> User:
    person = build.user(build.company("Harbour Painting"), role)
    client.sign_in(person.email)
    return person


def test_an_app_is_set_up_and_asked_for_from_then_on(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    """Seen failing with ``proved=True`` in the sign-in: the password alone was enough."""
    person = signed_in(client, build)
    secret, codes = set_up_app(client, clock)
    assert len(codes) == 10
    client.post("/sign-out")
    enter_password(client, person.email, next="/orders")
    client.get("/orders", status=302)  # not yet in
    client.get("/sign-in/second-factor")
    onward = client.post("/sign-in/second-factor", {"proof_code": clock.code(secret)})
    assert onward.headers["Location"] == "/orders"
    client.get("/account")
    assert mails(session) == ["second_factor_added"]
    assert touched(session, "second_factor_changed") == [("ok", "added")]
    assert touched(session, "second_factor_used") == [("ok", "app")]


def test_the_secret_is_on_no_page_after_set_up_and_nowhere_in_clear(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    signed_in(client, build)
    secret, codes = set_up_app(client, clock)
    client.get("/account/authenticator-app", status=303)
    client.get("/account/security")
    assert secret not in client.body.replace(" ", "")
    assert codes[0] not in client.body
    app = session.scalars(select(AuthenticatorApp)).one()
    assert secret.encode() not in app.secret
    hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(hashes) == 10
    assert codes[0].encode() not in hashes
    everything = session.execute(text("select t::text from touchpoint t")).scalars().all()
    everything += session.execute(text("select m::text from outbound_mail m")).scalars().all()
    assert [row for row in everything if secret in row or codes[0] in row] == []


def test_a_code_works_once_and_a_wrong_one_is_told(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    person = signed_in(client, build)
    secret, _ = set_up_app(client, clock)
    used = clock.code(secret)
    for status in (302, 422):
        clock.later(seconds=1)
        client.get("/account")
        client.post("/sign-out")
        enter_password(client, person.email)
        client.post("/sign-in/second-factor", {"proof_code": used}, status=status)
    client.post("/sign-in/second-factor", {"proof_code": ""}, status=422)
    assert touched(session, "second_factor_failed") == [("denied", "app")]


def test_wrong_codes_make_the_next_one_wait_longer_each_time(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    """Seen failing with the count in the request's own transaction, which every wrong code rolls back."""
    person = signed_in(client, build)
    secret, codes = set_up_app(client, clock)
    client.post("/sign-out")
    enter_password(client, person.email)
    for _ in range(4):
        client.post("/sign-in/second-factor", {"proof_code": "000000"}, status=422)
    refused = client.post("/sign-in/second-factor", {"proof_code": clock.code(secret)}, status=429)
    assert refused.headers["Retry-After"] == "15"
    client.post("/sign-in/second-factor", {"proof_code": codes[0]}, status=429)  # the same count
    clock.later(seconds=15)
    client.post("/sign-in/second-factor", {"proof_code": "000000"}, status=422)
    refused = client.post("/sign-in/second-factor", {"proof_code": clock.code(secret)}, status=429)
    assert refused.headers["Retry-After"] == "30"
    clock.later(seconds=30)
    client.post("/sign-in/second-factor", {"proof_code": clock.code(secret)})
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def test_a_recovery_code_lets_in_once_and_is_told_by_mail(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    person = signed_in(client, build)
    _, codes = set_up_app(client, clock)
    for status in (302, 422):
        clock.later(seconds=1)
        client.get("/account")
        client.post("/sign-out")
        enter_password(client, person.email)
        client.post(
            "/sign-in/second-factor", {"proof_code": codes[3].lower().replace("-", " ")}, status=status
        )
    assert mails(session) == ["second_factor_added", "recovery_code_used"]
    clock.later(seconds=1)
    client.post("/sign-in/second-factor", {"proof_code": codes[4]})
    client.get("/account/security")
    assert "8 of your codes are left" in client.text


def test_new_codes_replace_the_earlier_ones(client: PageClient, build: Build, clock: Clock) -> None:
    person = signed_in(client, build)
    _, codes = set_up_app(client, clock)
    client.get("/account/security")
    client.post("/account/recovery-codes", status=200)
    fresh = re.findall(r"<code>([A-Z2-9-]{19})</code>", client.body)
    assert set(fresh).isdisjoint(codes)
    assert len(fresh) == 10
    client.post("/sign-out")
    enter_password(client, person.email)
    client.post("/sign-in/second-factor", {"proof_code": codes[0]}, status=422)
    client.post("/sign-in/second-factor", {"proof_code": fresh[0]})


def test_the_second_step_must_come_soon(client: PageClient, build: Build, clock: Clock) -> None:
    person = signed_in(client, build)
    secret, _ = set_up_app(client, clock)
    client.post("/sign-out")
    enter_password(client, person.email)
    clock.later(minutes=10)
    client.follow(client.post("/sign-in/second-factor", {"proof_code": clock.code(secret)}))
    assert "Sign in again" in client.text
    client.get("/account", status=302)


def test_the_first_second_factor_signs_out_what_was_begun_with_a_password_alone(
    client: PageClient, build: Build, clock: Clock, app: Flask
) -> None:
    person = build.user(build.company("Harbour Painting"))
    other = PageClient(app)
    for each in (client, other):
        each.sign_in(person.email)
    set_up_app(client, clock)
    client.get("/account")
    other.get("/account", status=302)


def test_a_passkey_is_added_used_and_removed(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    person = signed_in(client, build)
    key = Authenticator()
    set_up_passkey(client, key, name="Phone of the van")
    assert "Keep these recovery codes" in client.text
    client.post("/sign-out")
    enter_password(client, person.email)
    asked = options(client)
    assert [each["type"] for each in asked["allowCredentials"]] == ["public-key"]
    client.post("/sign-in/second-factor", {"proof_answer": key.use(asked)})
    client.get("/account/security")
    assert "Phone of the van" in client.text
    number = session.scalars(select(Passkey.id)).one()
    client.post(f"/account/passkeys/{handle('passkey', number)}/removal", status=303)
    client.get("/account/security")
    assert "Phone of the van" not in client.text
    assert mails(session) == ["second_factor_added", "second_factor_removed"]
    assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    client.post("/sign-out")
    client.sign_in(person.email)  # the password is enough again


def test_a_passkey_alone_signs_in(client: PageClient, build: Build, clock: Clock, session: Session) -> None:
    person = signed_in(client, build)
    key = Authenticator()
    set_up_passkey(client, key)
    client.post("/sign-out")
    client.get("/sign-in")
    asked = options(client)
    assert asked["allowCredentials"] == []
    assert asked["userVerification"] == "required"
    answer = key.use(asked)
    client.post("/sign-in/passkey", {"proof_answer": answer, "next": "/orders"})
    client.get("/account")
    assert person.email in client.text
    client.post("/sign-out")
    client.get("/sign-in")
    client.follow(client.post("/sign-in/passkey", {"proof_answer": answer}, status=303))  # a second time
    assert "could not be checked" in client.text
    client.get("/account", status=302)
    assert ("denied", "passkey") in touched(session, "second_factor_failed")


def test_a_passkey_of_a_disabled_person_or_of_nobody_signs_in_nobody(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    """Seen failing without the look at ``disabled_at``."""
    person = signed_in(client, build)
    key = Authenticator()
    set_up_passkey(client, key)
    client.post("/sign-out")
    session.execute(update(User).where(User.id == person.id).values(disabled_at=clock.moment))
    session.commit()
    for other in (key, Authenticator(b"unknown"), Authenticator(key.credential_id)):
        client.get("/sign-in")
        client.post("/sign-in/passkey", {"proof_answer": other.use(options(client))}, status=303)
        client.get("/account", status=302)


def test_anothers_passkey_is_no_second_factor_of_mine_and_not_mine_to_remove(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    company = build.company("Harbour Painting")
    mine, theirs = build.user(company), build.user(company)
    my_key, their_key = Authenticator(b"mine"), Authenticator(b"theirs")
    client.sign_in(theirs.email)
    set_up_passkey(client, their_key)
    number = session.scalars(select(Passkey.id)).one()
    client.post("/sign-out")
    client.sign_in(mine.email)
    set_up_passkey(client, my_key)
    client.post(f"/account/passkeys/{handle('passkey', number)}/removal", status=404)
    client.post("/sign-out")
    enter_password(client, mine.email)
    client.post("/sign-in/second-factor", {"proof_answer": their_key.use(options(client))}, status=422)
    client.get("/account", status=302)


def test_a_device_is_told_once(client: PageClient, build: Build, clock: Clock) -> None:
    signed_in(client, build)
    key = Authenticator()
    set_up_passkey(client, key)
    set_up_passkey(client, key)
    assert "in use already" in client.text
    client.post("/account/passkeys", {"name": "x", "answer": "nothing"}, status=422)
    assert "could not be checked" in client.text


def test_the_password_by_mail_does_not_replace_the_second_factor(
    client: PageClient, build: Build, clock: Clock, session: Session
) -> None:
    person = signed_in(client, build)
    set_up_app(client, clock)
    client.post("/sign-out")
    link = issue_link(session, purpose=RESET, user_id=person.id, now=clock.moment)
    session.commit()
    client.get(f"/reset?token={link.token}")
    client.post("/reset", {"token": link.token, "password": "four words in a row"})
    client.get("/sign-in")
    there = client.post("/sign-in", {"email": person.email, "password": "four words in a row"})
    assert there.headers["Location"] == "/sign-in/second-factor"
    client.get("/account", status=302)
