"""Counted tries: parallel guesses count, patience is rewarded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import SignInAttempt
from portal.accounts.sign_in.use_cases.throttle import RESET, SIGN_IN, TooManyTries, admit, forgive
from portal.foundation.errors import Rejected
from tests.builders import NOW

EMAIL, NETWORK = "ana@example.com", "203.0.113.0/24"


def test_of_twenty_guesses_at_once_eight_are_heard(sessions: sessionmaker[Session]) -> None:
    start = Barrier(20)

    def guess(_: int) -> bool:
        start.wait()
        with sessions() as own:
            try:
                admit(own, limit=SIGN_IN, email=EMAIL, network=NETWORK, now=NOW)
            except Rejected:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(guess, range(20))) == 8


def test_a_try_turned_away_does_not_lengthen_the_wait(session: Session) -> None:
    for minute in range(8):
        admit(session, limit=SIGN_IN, email=EMAIL, network=NETWORK, now=NOW + timedelta(minutes=minute))
    for minute in (8, 10, 14):
        with pytest.raises(TooManyTries) as no:
            admit(session, limit=SIGN_IN, email=EMAIL, network=NETWORK, now=NOW + timedelta(minutes=minute))
        assert no.value.retry_after == (15 - minute) * 60
    assert "1 minute," in str(no.value)
    admit(session, limit=SIGN_IN, email=EMAIL, network=NETWORK, now=NOW + timedelta(minutes=15))


def test_purposes_and_accounts_are_counted_apart(session: Session) -> None:
    for _ in range(8):
        admit(session, limit=SIGN_IN, email=EMAIL, network=NETWORK, now=NOW)
    admit(session, limit=RESET, email=EMAIL, network=NETWORK, now=NOW)
    admit(session, limit=SIGN_IN, email="bo@example.com", network=NETWORK, now=NOW)
    forgive(session, limit=SIGN_IN, email=EMAIL)
    admit(session, limit=SIGN_IN, email=EMAIL, network=NETWORK, now=NOW)


def test_old_tries_are_forgotten(session: Session) -> None:
    for _ in range(3):
        admit(session, limit=SIGN_IN, email=EMAIL, network=NETWORK, now=NOW)
    admit(session, limit=SIGN_IN, email=EMAIL, network="", now=NOW + timedelta(minutes=15))
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1
