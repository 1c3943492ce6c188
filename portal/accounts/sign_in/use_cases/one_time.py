"""Links that work once: issued by mail, consumed by whoever holds the mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import OneTimeToken
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token, token_hash

RESET = "reset"
INVITATION = "invitation"
LIFETIMES = {RESET: timedelta(hours=1), INVITATION: timedelta(days=7)}
DEAD_LINK = "This link has been used or is too old."


def issue(
    session: Session,
    *,
    purpose: str,
    user_id: int,
    now: datetime,
    company_id: int | None = None,
    created_by: int | None = None,
) -> tuple[str, OneTimeToken]:
    """A new link for a person; earlier ones for the same end stop working. Only its hash is stored."""
    void(session, purpose=purpose, user_id=user_id, company_id=company_id, now=now)
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
    return token, row


def void(
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


def look(session: Session, *, purpose: str, token: str, now: datetime) -> OneTimeToken | None:
    """The link's row while it can still be used; looking does not use it up."""
    return session.scalar(
        select(OneTimeToken).where(
            OneTimeToken.token_hash == token_hash(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > now,
        )
    )


def consume(session: Session, *, purpose: str, token: str, now: datetime) -> OneTimeToken:
    """Use the link up, together with what it is for: if that is refused, the link stays good.

    Of two at once the second waits for the first's commit, then finds nothing left.

    :raises Rejected: ``dead_link``.
    """
    row = session.scalar(
        update(OneTimeToken)
        .where(
            OneTimeToken.token_hash == token_hash(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeToken)
        .execution_options(synchronize_session=False)
    )
    if row is None:
        raise Rejected("dead_link", DEAD_LINK, outcome="denied")
    return row
