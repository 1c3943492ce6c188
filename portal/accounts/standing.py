"""Which of a person's rows says what they may do in a company: the only place that decides it.

A person's own row in the company decides, also one that is disabled: whoever is locked out of a branch, or may do less
there, does not come back in through its parent. Only without such a row does one in the parent count. An invitation
that nobody has accepted yet is no such row: being invited takes nothing away.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from portal.accounts.models import Company, Membership


def stands(membership: str, company: str) -> str:
    """True in raw SQL when this active ``membership`` is its person's in ``company``; both are aliases. At most one
    row of a person fits a company."""
    return f"""({membership}.disabled_at is null and ({membership}.company_id = {company}.id
       or {membership}.company_id = {company}.parent_id and not exists (
          select from membership own where own.company_id = {company}.id and own.user_id = {membership}.user_id
             and own.invited_at is null)))"""


def standing_in(company: Company) -> ColumnElement[bool]:
    """True for a :class:`Membership` that is its person's active one in the company, as :func:`stands`."""
    own = aliased(Membership)
    has_own = exists().where(
        own.company_id == company.id, own.user_id == Membership.user_id, own.invited_at.is_(None)
    )
    return and_(
        Membership.disabled_at.is_(None),
        or_(Membership.company_id == company.id, and_(Membership.company_id == company.parent_id, ~has_own)),
    )
