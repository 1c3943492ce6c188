"""Wrong codes make the next try wait, longer each time. By person: it takes their password to get this far."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.models.second_factors import CodeTries
from portal.accounts.second_factors.rules import FORGOTTEN_AFTER, wait_after
from portal.accounts.sign_in.use_cases.throttle import TooManyTries


def admit_code(session: Session, *, user_id: int, now: datetime) -> None:
    """Count one try as wrong before its result is known, so that concurrent guesses count too.

    Call it in a transaction of its own: the try counts even if the request that makes it is rolled back. A refused
    try is not counted.

    :raises TooManyTries: before the wait after the last wrong one is over.
    """
    session.execute(
        insert(CodeTries)
        .values(user_id=user_id, last_at=now)
        .on_conflict_do_nothing(index_elements=["user_id"])
    )
    tries = session.scalars(select(CodeTries).where(CodeTries.user_id == user_id).with_for_update()).one()
    if now - tries.last_at > FORGOTTEN_AFTER:
        tries.failures = 0
    wait = (tries.last_at + wait_after(tries.failures) - now).total_seconds()
    if tries.failures and wait > 0:
        raise TooManyTries(ceil(wait))
    tries.failures += 1
    tries.last_at = now


def forget_tries(session: Session, *, user_id: int) -> None:
    """Forget the wrong ones after a code that fits."""
    session.execute(delete(CodeTries).where(CodeTries.user_id == user_id))
