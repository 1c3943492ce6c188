"""Companies as an actor may see them, with their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, text, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from portal.accounts.models import Address, Company
from portal.accounts.sight import company_condition, stands
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.foundation.sql import holds
from portal.foundation.wording import fold_like
from portal.touchpoints.interaction import note_shown

ROWS_PER_PAGE = 25


@dataclass(frozen=True)
class CompanyRow:
    """A company in a list for staff."""

    id: int
    code: str
    name: str
    phone: str | None
    email: str | None
    disabled: bool


@dataclass(frozen=True)
class CompanyChoice:
    """A company that a customer's person can work in; ``via_parent``: through the group it belongs to."""

    id: int
    name: str
    code: str
    role: str
    via_parent: bool


def visible_company(session: Session, actor: Actor, code: str) -> Company:
    """The company with this code: assigned ones for a rep, all for support and administrators, one's own
    for a customer or a rep inside a customer's account.

    :raises NotFound: if the actor may not see it, as if it did not exist.
    """
    company = session.scalar(
        select(Company).where(Company.code == code, company_condition(actor, Company.id))
    )
    if company is None:
        raise NotFound
    note_shown(session, company.id)
    return company


def branches_for_staff(session: Session, actor: Actor, company_id: int) -> dict[int, str]:
    """Names by id of a company's branches that the actor sees and whose billing they manage, by name. One statement."""
    if not actor.can("billing:manage"):
        return {}
    query = select(Company.id, Company.name).where(
        Company.parent_id == company_id, company_condition(actor, Company.id)
    )
    return {row.id: row.name for row in session.execute(query.order_by(Company.name, Company.id))}


_FOR_STAFF = select(Company.id, Company.code, Company.name, Company.phone, Company.email, Company.disabled_at)


def companies_for_staff(
    session: Session, actor: Actor, text: str = "", cursor: str | None = None
) -> Page[CompanyRow]:
    """Companies a staff person looks after, by name; ``text`` is part of a name, or the beginning of a
    code, phone number or mail address. One statement."""
    if not actor.is_staff:
        return Page([])
    query = _FOR_STAFF.where(company_condition(actor, Company.id))
    if text:
        query = query.where(_matches(text))
    after = decode_cursor(cursor, str, int)
    if after is not None:
        query = query.where(tuple_(Company.name, Company.id) > tuple_(*after))
    found = session.execute(query.order_by(Company.name, Company.id).limit(ROWS_PER_PAGE + 1)).all()
    rows = [CompanyRow(r.id, r.code, r.name, r.phone, r.email, r.disabled_at is not None) for r in found]
    shown = rows[:ROWS_PER_PAGE]
    more = len(rows) > ROWS_PER_PAGE
    note_shown(session, *(row.id for row in shown))
    return Page(shown, encode_cursor(shown[-1].name, shown[-1].id) if more else None)


def _matches(words: str) -> ColumnElement[bool]:
    plain = words.strip()
    tests = [
        holds(Company.name, plain),
        func.upper(Company.code).startswith(plain.upper(), autoescape=True),
        func.lower(Company.email).startswith(plain.lower(), autoescape=True),
    ]
    digits = "".join(c for c in plain if c.isdigit())
    if len(digits) >= 4:
        tests.append(Company.phone_digits.startswith(digits))
    return or_(*tests)


_CHOICES = f"""
select c.id, c.name, c.code, m.role, m.company_id <> c.id as via_parent
  from membership m join company c on c.id = m.company_id or c.parent_id = m.company_id
 where m.user_id = :user_id and {stands("m", "c")} and c.disabled_at is null{{only}}
"""
_PAGE = text(
    _CHOICES.format(
        only=" and (fold(c.name) like :like or upper(c.code) = upper(:words))"
        " and (cast(:name as text) is null or (c.name, c.id) > (:name, cast(:id as bigint)))"
    )
    + " order by c.name, c.id limit :many"
)
_ONE = text(_CHOICES.format(only=" and c.id = :id"))


def companies_page(
    session: Session, user_id: int | None, *, words: str = "", cursor: str | None = None
) -> Page[CompanyChoice]:
    """Companies a customer's person can work in by name: memberships, and the children of a parent they belong
    to. One statement.

    :param words: part of a name, or a whole code.
    """
    name, last = decode_cursor(cursor, str, int) or (None, 0)
    asked = {"user_id": user_id, "words": words, "like": fold_like(words), "name": name, "id": last}
    asked["many"] = ROWS_PER_PAGE + 1
    rows = [CompanyChoice(**row) for row in session.execute(_PAGE, asked).mappings()]
    shown, more = rows[:ROWS_PER_PAGE], len(rows) > ROWS_PER_PAGE
    return Page(shown, encode_cursor(shown[-1].name, shown[-1].id) if more else None)


def company_choice(session: Session, user_id: int | None, company_id: int) -> CompanyChoice | None:
    """One of the companies a customer's person can work in; None for any other."""
    row = session.execute(_ONE, {"user_id": user_id, "id": company_id}).mappings().one_or_none()
    return None if row is None else CompanyChoice(**row)


def addresses_of(session: Session, company_id: int) -> Sequence[Address]:
    """The company's delivery addresses, the default one first."""
    return session.scalars(
        select(Address)
        .where(Address.company_id == company_id)
        .order_by(Address.is_default.desc(), Address.label)
    ).all()
