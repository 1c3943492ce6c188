"""Use cases of second factors: what works once, what is removed with what, and the command."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import User, UserSession
from portal.accounts.models.second_factors import AuthenticatorApp, PendingSignIn, RecoveryCode
from portal.accounts.second_factors.ceremonies import Site
from portal.accounts.second_factors.queries import app_in_setup, factors_of, pending_sign_in
from portal.accounts.second_factors.seals import Seal
from portal.accounts.second_factors.use_cases.assurance import confirm_session
from portal.accounts.second_factors.use_cases.proofs import Proof, prove, prove_password
from portal.accounts.second_factors.use_cases.second_step import begin_pending, end_pending
from portal.accounts.second_factors.use_cases.setup import begin_app, confirm_app, remove_app
from portal.accounts.sign_in.use_cases.sign_in import Browser, sign_in
from portal.cli import cli
from portal.foundation.actor import Actor
from portal.foundation.config import Settings
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.foundation.tokens import token_hash
from tests.builders import NOW, Build

SITE = Site.of("http://localhost", "Us", Seal.of("k" * 40, "second factor"))
STEP = timedelta(seconds=30)


def set_up(session: Session, person: User, actor: Actor) -> tuple[str, list[str]]:
    """An app, set up now. Returns its secret and the recovery codes."""
    begin_app(session, actor=actor, seal=SITE.seal, now=NOW)
    sealed = app_in_setup(session, person.id, now=NOW)
    assert sealed is not None
    secret = SITE.seal.open(sealed)
    codes = confirm_app(session, actor=actor, code=pyotp.TOTP(secret).at(NOW), seal=SITE.seal, now=NOW)
    session.commit()
    return secret, codes


@pytest.fixture
def person(session: Session, build: Build) -> User:
    return session.get_one(User, build.user(build.company()).id)


@pytest.fixture
def actor(session: Session, person: User) -> Actor:
    """The person, signed in."""
    new = sign_in(session, user=person, browser=Browser("", ""), now=NOW, lifetime=timedelta(days=1))
    session.commit()
    return new.actor


def shown(session: Session, person: User, code: str, now: object = NOW) -> str:
    return prove(session, user=person, proof=Proof(code=code), site=SITE, person="", now=now)  # type: ignore[arg-type]


def test_the_code_of_the_set_up_does_not_sign_in_as_well(
    session: Session, person: User, actor: Actor
) -> None:
    """Seen failing without ``last_step`` at the set-up."""
    secret, _ = set_up(session, person, actor)
    with pytest.raises(Rejected) as no:
        shown(session, person, pyotp.TOTP(secret).at(NOW))
    assert no.value.code == "wrong_code"
    assert shown(session, person, pyotp.TOTP(secret).at(NOW + STEP), NOW + STEP) == "app"


def test_codes_of_an_app_that_was_not_finished_prove_nothing(
    session: Session, person: User, actor: Actor
) -> None:
    begin_app(session, actor=actor, seal=SITE.seal, now=NOW)
    secret = SITE.seal.open(session.get_one(AuthenticatorApp, person.id).secret)
    with pytest.raises(Rejected):
        shown(session, person, pyotp.TOTP(secret).at(NOW))
    assert app_in_setup(session, person.id, now=NOW + timedelta(minutes=15)) is None
    late = NOW + timedelta(minutes=15)
    with pytest.raises(NotFound):
        confirm_app(session, actor=actor, code=pyotp.TOTP(secret).at(late), seal=SITE.seal, now=late)


def test_a_changed_secret_key_is_said_and_recovery_codes_go_on(
    session: Session, person: User, actor: Actor
) -> None:
    _, codes = set_up(session, person, actor)
    other = Site.of("http://localhost", "Us", Seal.of("j" * 40, "second factor"))
    with pytest.raises(Rejected) as no:
        prove(session, user=person, proof=Proof(code="123456"), site=other, person="", now=NOW)
    assert no.value.code == "unreadable_app"
    assert prove(session, user=person, proof=Proof(code=codes[0]), site=other, person="", now=NOW)


def test_a_second_app_and_removing_what_is_not_there(session: Session, person: User, actor: Actor) -> None:
    set_up(session, person, actor)
    with pytest.raises(Rejected) as no:
        begin_app(session, actor=actor, seal=SITE.seal, now=NOW)
    assert no.value.code == "has_app"
    remove_app(session, actor=actor, keep_one=False, now=NOW + STEP)
    session.commit()
    assert factors_of(session, person.id).count == 0
    assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert session.get_one(User, person.id).second_factor_at is None
    with pytest.raises(NotFound):
        remove_app(session, actor=actor, keep_one=False, now=NOW)


def test_the_password_confirms_only_without_a_second_factor(
    session: Session, person: User, actor: Actor
) -> None:
    assert prove_password(user=person, password="paint-the-town") == "password"
    set_up(session, person, actor)
    with pytest.raises(Rejected):
        prove_password(user=person, password="paint-the-town")


def test_confirming_gives_the_session_a_new_token(session: Session, person: User, actor: Actor) -> None:
    row = session.get_one(UserSession, actor.session_id)
    before, later = row.token_hash, NOW + timedelta(hours=1)
    token = confirm_session(session, actor=actor, method="password", purpose="confirmation", now=later)
    session.expire_all()
    assert (row.token_hash, row.confirmed_at, row.second_factor_at) == (token_hash(token), later, None)
    assert row.token_hash != before
    confirm_session(session, actor=actor, method="app", purpose="confirmation", now=later + STEP)
    session.expire_all()
    assert row.second_factor_at == later + STEP
    row.ended_at = later
    session.flush()
    with pytest.raises(Rejected):
        confirm_session(session, actor=actor, method="app", purpose="confirmation", now=later)


def test_half_a_sign_in_ends_once_and_soon(session: Session, person: User) -> None:
    token = begin_pending(session, user=person, method="password", onward="/", now=NOW)
    assert pending_sign_in(session, token, now=NOW) is not None
    assert pending_sign_in(session, "another", now=NOW) is None
    assert pending_sign_in(session, token, now=NOW + timedelta(minutes=10)) is None
    assert [end_pending(session, token=token), end_pending(session, token=token)] == [True, False]
    begin_pending(session, user=person, method="password", onward="/", now=NOW)
    begin_pending(session, user=person, method="password", onward="/", now=NOW + timedelta(minutes=11))
    assert session.scalar(select(func.count()).select_from(PendingSignIn)) == 1


def test_the_command_resets_and_says_so_by_mail(
    session: Session, person: User, actor: Actor, settings: Settings
) -> None:
    set_up(session, person, actor)
    environment = {"DATABASE_URL": settings.database_url, "PORTAL_ENV": "development"}
    ask = CliRunner(env=environment).invoke
    assert ask(cli, ["reset-second-factor", person.email]).exit_code == 0
    session.expire_all()
    assert session.get_one(User, person.id).second_factor_at is None
    assert session.get_one(UserSession, actor.session_id).ended_at is not None
    assert session.scalars(select(OutboundMail.kind)).all()[-1] == "second_factor_reset"
    again = ask(cli, ["reset-second-factor", person.email])
    assert (again.exit_code, "has no second factor" in again.output) == (1, True)
    assert "Nobody signs in" in ask(cli, ["reset-second-factor", "nobody@example.com"]).output
