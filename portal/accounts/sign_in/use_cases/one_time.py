"""Links that work once: issued by mail, consumed by whoever controls the mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import OneTimeToken
from portal.accounts.sign_in.links import IssuedLink
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token, token_hash

RESET = "reset"
INVITATION = "invitation"
LIFETIMES = {RESET: timedelta(hours=1), INVITATION: timedelta(days=7)}


class DeadLink(Rejected):
    """The link has been used, withdrawn or has expired."""

    def __init__(self) -> None:
        super().__init__("dead_link", "This link has been used or is too old.", outcome="denied")


def issue_link(
    session: Session,
    *,
    purpose: str,
    user_id: int,
    now: datetime,
    company_id: int | None = None,
    created_by: int | None = None,
) -> IssuedLink:
    """A new link for a person; an earlier invitation of the same company stops working. Only its hash is stored."""
    if purpose == INVITATION:
        void_links(session, purpose=purpose, user_id=user_id, company_id=company_id, now=now)
    token = new_token()
    row = OneTimeToken(
        token_hash=token_hash(token),
        purpose=purpose,
        user_id=user_id,
        company_id=company_id,
        created_by_user_id=created_by,
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    session.add(row)
    session.flush()
    return IssuedLink(row.id, token, LIFETIMES[purpose])


def void_links(
    session: Session, *, purpose: str, user_id: int, now: datetime, company_id: int | None = None
) -> None:
    """Stop a person's outstanding links (of one company) from working."""
    session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.user_id == user_id,
            OneTimeToken.company_id.is_not_distinct_from(company_id),
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def find_link(session: Session, *, purpose: str, token: str, now: datetime) -> OneTimeToken | None:
    """The link's row while it can still be used; reading it does not consume it."""
    return session.scalar(select(OneTimeToken).where(*_usable(purpose, token, now)))


def consume_link(session: Session, *, purpose: str, token: str, now: datetime) -> OneTimeToken:
    """Consume the link in the transaction of what it is for: if that is refused, the link stays usable.

    Of two concurrent calls the second waits for the first's commit, then finds nothing left.

    :raises DeadLink: if it has been used or has expired.
    """
    row = session.scalar(
        update(OneTimeToken)
        .where(*_usable(purpose, token, now))
        .values(used_at=now)
        .returning(OneTimeToken)
        .execution_options(synchronize_session=False)
    )
    if row is None:
        raise DeadLink
    return row


def _usable(purpose: str, token: str, now: datetime) -> list[ColumnElement[bool]]:
    return [
        OneTimeToken.token_hash == token_hash(token),
        OneTimeToken.purpose == purpose,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > now,
    ]
