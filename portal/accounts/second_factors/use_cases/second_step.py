"""Between the password and the second factor."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.models.second_factors import PendingSignIn
from portal.foundation.tokens import new_token, token_hash

LIFETIME = timedelta(minutes=10)


def begin_pending(session: Session, *, user: User, method: str, onward: str, now: datetime) -> str:
    """Remember that the person has given the right password (or link). Returns the token for their browser."""
    session.execute(delete(PendingSignIn).where(PendingSignIn.expires_at <= now))
    token = new_token()
    session.add(
        PendingSignIn(
            token_hash=token_hash(token),
            user_id=user.id,
            method=method,
            onward=onward,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return token


def end_pending(session: Session, *, token: str) -> bool:
    """Forget it. False when somebody else was quicker."""
    gone = delete(PendingSignIn).where(PendingSignIn.token_hash == token_hash(token))
    return session.scalar(gone.returning(PendingSignIn.user_id)) is not None
