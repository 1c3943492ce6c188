"""Counted mails: parallel ones count, patience is rewarded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import SignInAttempt
from portal.accounts.sign_in.use_cases.throttle import INVITATION_TO, RESET, TooManyTries, admit
from portal.foundation.errors import Rejected
from tests.builders import NOW

EMAIL, NETWORK = "ana@example.com", "203.0.113.0/24"


def test_of_twenty_requests_at_once_five_are_heard(sessions: sessionmaker[Session]) -> None:
    start = Barrier(20)

    def ask(_: int) -> bool:
        start.wait()
        with sessions() as own:
            try:
                admit(own, limit=RESET, email=EMAIL, network=NETWORK, now=NOW)
            except Rejected:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(ask, range(20))) == 5


def test_a_try_turned_away_does_not_lengthen_the_wait(session: Session) -> None:
    for hour in range(5):
        admit(session, limit=RESET, email=EMAIL, network=NETWORK, now=NOW + timedelta(hours=hour))
    for hour, words in ((5, "19 hours"), (22, "2 hours"), (23, "60 minutes")):
        with pytest.raises(TooManyTries) as no:
            admit(session, limit=RESET, email=EMAIL, network=NETWORK, now=NOW + timedelta(hours=hour))
        assert no.value.retry_after == (24 - hour) * 3600
        assert f"Wait {words}, then" in str(no.value)
    admit(session, limit=RESET, email=EMAIL, network=NETWORK, now=NOW + timedelta(hours=24))


def test_purposes_and_addresses_are_counted_apart(session: Session) -> None:
    for _ in range(5):
        admit(session, limit=RESET, email=EMAIL, network=NETWORK, now=NOW)
    admit(session, limit=INVITATION_TO, email=EMAIL, network=NETWORK, now=NOW)
    admit(session, limit=RESET, email="bo@example.com", network=NETWORK, now=NOW)


def test_old_tries_are_forgotten(session: Session) -> None:
    for _ in range(3):
        admit(session, limit=RESET, email=EMAIL, network=NETWORK, now=NOW)
    admit(session, limit=RESET, email=EMAIL, network="", now=NOW + timedelta(hours=24))
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1
