"""Codes and challenges, without tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from portal.accounts.second_factors.ceremonies import (
    ANYONE,
    Answer,
    KnownKey,
    Site,
    Unproven,
    creation_options,
    new_key,
    request_options,
    use_key,
)
from portal.accounts.second_factors.rules import is_app_code, matching_step, new_recovery_codes, plain
from portal.accounts.second_factors.seals import Seal, Unreadable
from tests.pages.accounts.authenticator import Authenticator

NOW = datetime(2026, 6, 2, 15, 0, 10, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = int(NOW.timestamp()) // 30
SITE = Site.of("http://localhost", "Test Coatings", Seal.of("k" * 40, "second factor"))


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_one_step_off(steps: int, fits: bool) -> None:
    """Seen failing with DRIFT 2."""
    code = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=30 * steps))
    assert matching_step(SECRET, code, now=NOW, after=None) == (STEP + steps if fits else None)


def test_a_code_is_accepted_once_and_none_before_it_either() -> None:
    """Seen failing without ``step > after``."""
    app = pyotp.TOTP(SECRET)
    assert matching_step(SECRET, app.at(NOW), now=NOW, after=STEP) is None
    assert matching_step(SECRET, app.at(NOW - timedelta(seconds=30)), now=NOW, after=STEP) is None
    assert matching_step(SECRET, app.at(NOW + timedelta(seconds=30)), now=NOW, after=STEP) == STEP + 1


def test_recovery_codes_are_many_long_and_read_in_any_writing() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(plain(code)) == 16 for code in codes)
    assert plain(f" {codes[0].lower().replace('-', ' ')} ") == plain(codes[0])
    assert [is_app_code(text) for text in ("123456", "12345", "١٢٣٤٥٦", plain(codes[0]))] == [
        True,
        False,
        False,
        False,
    ]


def test_a_secret_is_read_with_its_own_key_and_purpose_only() -> None:
    """Seen failing with one key for all purposes."""
    sealed = Seal.of("k" * 40, "second factor").close(SECRET)
    assert SECRET.encode() not in sealed
    assert Seal.of("k" * 40, "second factor").open(sealed) == SECRET
    for other in (Seal.of("k" * 40, "something else"), Seal.of("j" * 40, "second factor")):
        with pytest.raises(Unreadable):
            other.open(sealed)


@pytest.mark.parametrize(
    ("url", "takes"),
    [
        ("https://orders.example.com", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://192.0.2.7", False),
        ("http://orders.example.com", False),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(url: str, takes: bool) -> None:
    assert Site.of(url, "Us", SITE.seal).takes_passkeys is takes


def made(key: Authenticator) -> KnownKey:
    options = creation_options(SITE, person="add 1", email="a@example.com", name="A", known=[], now=NOW)
    new = new_key(SITE, Answer.parse(key.make(json.loads(options))), person="add 1", now=NOW)
    return KnownKey(new.credential_id, new.public_key, new.sign_count, new.transports)


def asked(person: str, known: KnownKey | None = None) -> dict[str, str]:
    found: dict[str, str] = json.loads(
        request_options(SITE, person=person, known=[known] if known else [], now=NOW)
    )
    return found


def test_a_passkey_proves_its_person() -> None:
    key = Authenticator(count=1)
    known = made(key)
    key.count = 2
    answer = Answer.parse(key.use(asked("use 1", known)))
    assert use_key(SITE, answer, known, person="use 1", now=NOW) == 2


@pytest.mark.parametrize(
    ("wrong", "asked_for", "later"),
    [
        ({"origin": "http://localhost.evil.example"}, "use 1", 0),
        ({"host": "evil.example"}, "use 1", 0),
        ({"key": Authenticator().key}, "use 1", 0),
        ({"count": 1}, "use 1", 0),  # no more than before: a copy of the key
        ({}, "use 2", 0),  # the challenge was for somebody else
        ({}, "add 1", 0),  # or for something else
        ({}, "use 1", 301),
        ({}, "use 1", -60),
    ],
)
def test_an_answer_that_is_not_right_in_every_part_proves_nothing(
    wrong: dict[str, object], asked_for: str, later: int
) -> None:
    """Seen failing, case by case, without the check that it is about."""
    key = Authenticator(count=1)
    known = made(key)
    key.count = 2
    for name, value in wrong.items():
        setattr(key, name, value)
    answer = Answer.parse(key.use(asked(asked_for, known)))
    with pytest.raises(Unproven):
        use_key(SITE, answer, known, person="use 1", now=NOW + timedelta(seconds=later))


def test_alone_a_passkey_must_have_been_unlocked() -> None:
    """As a second factor holding it is enough; in place of the password it is not."""
    key = Authenticator(verifies=False)
    known = made(key)
    assert use_key(SITE, Answer.parse(key.use(asked("use 1"))), known, person="use 1", now=NOW) == 0
    with pytest.raises(Unproven):
        use_key(SITE, Answer.parse(key.use(asked(ANYONE))), known, person=ANYONE, now=NOW)


def test_a_challenge_that_we_did_not_make_is_refused() -> None:
    key = Authenticator()
    known = made(key)
    with pytest.raises(Unproven):
        use_key(SITE, Answer.parse(key.use({"challenge": "QUFBQQ"})), known, person="use 1", now=NOW)


@pytest.mark.parametrize("text", ["", "nothing", "[]", "{}", '{"rawId": 1, "response": {}}', "null"])
def test_what_is_no_answer_is_none(text: str) -> None:
    with pytest.raises(Unproven):
        Answer.parse(text)
