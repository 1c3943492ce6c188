"""Finding an order by the code that a customer shows at the counter."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.accounts.models import SignInAttempt
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.tokens import token_hash
from portal.orders.fulfilment.queries.numbers import number_by_code
from portal.orders.fulfilment.use_cases.pickup_codes import plain_code
from portal.orders.numbers import CODE_LENGTH

WRONG_TRIES = 10
PAUSE = timedelta(minutes=15)
_PURPOSE = "pickup_lookup"
# One search of a person at a time, so that parallel guesses are counted like guesses one after the other.
_LOCK = text("select pg_advisory_xact_lock(7261004, :user)")


def find_by_code(session: Session, *, actor: Actor, now: datetime, store_id: int, typed: str) -> str | None:
    """The number of the open order whose pickup code this is at the store; None, and counted, when there is none.
    Case, spaces and dashes do not matter; what cannot be a code is not counted.

    Runs in a transaction of its own, so that a wrong code is counted even if the request is rolled back.

    :raises Rejected: ``codes_paused`` after ten unknown codes of one person within 15 minutes; valid codes are
        refused then too.
    """
    code = plain_code(typed)
    if len(code) != CODE_LENGTH:
        return None
    key = token_hash(f"{_PURPOSE}:{actor.user_id}")
    session.execute(_LOCK, {"user": actor.user_id})
    _refuse_while_paused(session, key, now)
    number = number_by_code(session, actor, store_id, code)
    if number is None:
        network = f"store:{store_id}"
        session.add(SignInAttempt(account_key=key, network=network, purpose=_PURPOSE, at=now))
    return number


def _refuse_while_paused(session: Session, key: bytes, now: datetime) -> None:
    tries = select(func.count()).where(
        SignInAttempt.account_key == key, SignInAttempt.purpose == _PURPOSE, SignInAttempt.at > now - PAUSE
    )
    if (session.scalar(tries) or 0) >= WRONG_TRIES:
        raise Rejected(
            "codes_paused",
            "Ten codes that no order has. Look for the order by its number, or wait 15 minutes.",
            outcome="denied",
        )
