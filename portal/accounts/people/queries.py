"""A company's people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, case, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Membership, OneTimeToken, User, UserSession
from portal.accounts.sight import KNOWN_NAME, standing_in
from portal.foundation.errors import NotFound
from portal.foundation.mail import OutboundMail
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.foundation.sql import holds

ADMIN = "company_admin"
ROWS_PER_PAGE = 25


@dataclass(frozen=True)
class PersonRow:
    """A person in a company. Of somebody who was only invited, only the address is shown until they join."""

    id: int
    name: str
    email: str
    phone: str | None
    role: str
    state: str  # active, invited, disabled
    last_seen_at: datetime | None
    order_limit_minor: int | None  # orders above it need approval; None: no limit
    has_second_factor: bool = False
    unsent: str = ""  # why the mail with the invitation could not be sent


_IS_DISABLED = cast(Membership.disabled_at.is_not(None), Integer)
_KEY = (_IS_DISABLED, func.lower(KNOWN_NAME), User.id)
_LAST_SEEN = (
    select(func.max(UserSession.last_seen_at))
    .where(UserSession.user_id == User.id, UserSession.company_id == Membership.company_id)
    .scalar_subquery()
)
_NEWEST_LINK = select(func.max(OneTimeToken.id)).where(
    OneTimeToken.purpose == "invitation",
    OneTimeToken.user_id == User.id,
    OneTimeToken.company_id == Membership.company_id,
)
_UNSENT = case(
    (
        Membership.invited_at.is_not(None),
        select(OutboundMail.failure)
        .where(OutboundMail.key == func.concat("invitation:", _NEWEST_LINK.scalar_subquery()))
        .scalar_subquery(),
    )
)
_PEOPLE = select(
    User,
    Membership.role,
    Membership.disabled_at,
    Membership.invited_at,
    _LAST_SEEN.label("seen"),
    Membership.order_limit_minor,
    _UNSENT.label("unsent"),
    func.lower(KNOWN_NAME).label("sort_name"),
).join(Membership, Membership.user_id == User.id)


def people_page(
    session: Session,
    company_id: int,
    *,
    words: str = "",
    cursor: str | None = None,
    size: int = ROWS_PER_PAGE,
) -> Page[PersonRow]:
    """People with a membership in the company by name, active ones first. One statement.

    :param words: part of a name or of a mail address.
    """
    query = _PEOPLE.where(Membership.company_id == company_id)
    if words:
        query = query.where(or_(holds(KNOWN_NAME, words), holds(User.email, words)))
    after = decode_cursor(cursor, int, str, int)
    if after is not None:
        query = query.where(tuple_(*_KEY) > tuple_(*after))
    found = session.execute(query.order_by(*_KEY).limit(size + 1)).all()
    rows = [_row(*each[:7]) for each in found[:size]]
    return Page(rows, _cursor_after(found[size - 1]) if len(found) > size else None)


def _cursor_after(last: Row[Any]) -> str:
    return encode_cursor(int(last.disabled_at is not None), last.sort_name, last.User.id)


def person_in(session: Session, company_id: int | None, user_id: int) -> PersonRow:
    """Somebody of the company.

    :raises NotFound: if the company has no such person.
    """
    found = session.execute(
        _PEOPLE.where(Membership.company_id == company_id, User.id == user_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return _row(*found[:7])


def _row(
    user: User,
    role: str,
    disabled: datetime | None,
    invited: datetime | None,
    seen: datetime | None,
    limit: int | None,
    unsent: str | None,
) -> PersonRow:
    if invited is not None:
        return PersonRow(
            user.id, user.email, user.email, None, role, "invited", None, limit, unsent=unsent or ""
        )
    state = "active" if disabled is None and user.disabled_at is None else "disabled"
    has_factor = user.second_factor_at is not None
    return PersonRow(user.id, user.name, user.email, user.phone, role, state, seen, limit, has_factor)


def person(session: Session, id: int | None) -> User:
    """A person by id.

    :raises NotFound: if there is none.
    """
    user = session.get(User, id) if id is not None else None
    if user is None:
        raise NotFound
    return user


def is_last_admin(session: Session, company: Company, membership: Membership) -> bool:
    """Whether the company would be left without an administrator."""
    if membership.role != ADMIN or membership.disabled_at is not None:
        return False
    others = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            standing_in(company),
            Membership.user_id != membership.user_id,
            Membership.role == ADMIN,
            User.disabled_at.is_(None),
        )
    )
    return not others
