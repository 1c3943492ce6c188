"""Taking over what a file says of people who are there already.

Administrators change roles and limits in the portal, people their names; last night's file does not know. So the file's
value counts only where it is another than the last time: ``from_file`` remembers what it said then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.imported_people.facts import record_membership_imported, record_profile_imported
from portal.accounts.models import Company, Membership, User
from portal.accounts.people.queries import ADMIN, is_last_admin
from portal.accounts.profile.use_cases import queue_name
from portal.foundation.wording import phone_digits
from portal.intake.tables import Row
from portal.touchpoints.interaction import IMPORT, set_interaction

# What a file said of a membership for the first time is remembered; of somebody new the role is in the row already.
_FIRST = text("""
update membership m set from_file = jsonb_build_object('role', g.role, 'limit', g.minor),
       order_limit_minor = coalesce(m.order_limit_minor, g.minor)
  from jsonb_to_recordset(cast(:said as jsonb)) as g(person bigint, company bigint, role text, minor bigint)
 where m.user_id = g.person and m.company_id = g.company and m.from_file = '{}'
""")
_OTHER = text("""
select m.user_id, m.company_id
  from membership m
  join jsonb_to_recordset(cast(:said as jsonb)) as g(person bigint, company bigint, role text, minor bigint)
    on m.user_id = g.person and m.company_id = g.company
 where m.from_file <> jsonb_build_object('role', g.role, 'limit', g.minor)
 order by m.company_id, m.user_id
""")
_FIRST_PROFILE = text("""
update app_user u set from_file = g.said from jsonb_each(cast(:said as jsonb)) as g(email, said)
 where u.email = g.email and u.from_file = '{}'
""")
_OTHER_PROFILE = text("""
select u.id from app_user u join jsonb_each(cast(:said as jsonb)) as g(email, said) on u.email = g.email
 where u.from_file <> g.said order by u.id
""")


@dataclass(frozen=True, slots=True)
class Said:
    """What a row of the file says of a membership; the limit in minor units, None if it says nothing."""

    row: Row
    role: str
    limit_minor: int | None


def take_over_memberships(session: Session, said: Mapping[tuple[int, int], Said], *, now: datetime) -> int:
    """Give people the roles and limits of the file where it says something new, each with a touchpoint. Returns how many
    changed. A role that would leave a company without an administrator is not taken over; the row is rejected."""
    told = json.dumps(
        [
            {"person": person, "company": company, "role": each.role, "minor": each.limit_minor}
            for (person, company), each in said.items()
        ]
    )
    set_interaction(session, IMPORT)
    session.execute(_FIRST, {"said": told})
    changed = 0
    for person, company in session.execute(_OTHER, {"said": told}).all():
        changed += _take_over(session, person, company, said[person, company], now)
    session.commit()
    return changed


def _take_over(session: Session, person: int, company_id: int, each: Said, now: datetime) -> int:
    # The company's lock serializes this with administrators who change the same people.
    company = session.get_one(Company, company_id, with_for_update=True, populate_existing=True)
    row = session.get_one(Membership, (person, company_id), populate_existing=True)
    before = (row.role, row.order_limit_minor)
    if row.from_file["role"] != each.role and row.role != each.role:
        if row.role == ADMIN and is_last_admin(session, company, row):
            each.row.wrong("role", "the company's last administrator")
            return 0
        row.role = each.role
    if each.limit_minor is not None and row.from_file["limit"] != each.limit_minor:
        row.order_limit_minor = each.limit_minor
    row.from_file = {"role": each.role, "limit": each.limit_minor}
    if (row.role, row.order_limit_minor) == before:
        return 0
    record_membership_imported(session, row, role_before=before[0], now=now)
    return 1


def take_over_profiles(
    session: Session, said: Mapping[str, Mapping[str, str | None]], *, now: datetime
) -> int:
    """Give people the names, phones, languages and zones of the file where it says something new, each with a
    touchpoint. Returns how many changed."""
    told = json.dumps(said)
    set_interaction(session, IMPORT)
    session.execute(_FIRST_PROFILE, {"said": told})
    people = session.scalars(_OTHER_PROFILE, {"said": told}).all()
    changed = sum(
        _take_over_profile(session, user, said[user.email], now) for user in _locked(session, people)
    )
    session.commit()
    return changed


def _locked(session: Session, people: Iterable[int]) -> list[User]:
    found = select(User).where(User.id.in_(people)).order_by(User.id).with_for_update()
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _take_over_profile(session: Session, user: User, said: Mapping[str, str | None], now: datetime) -> int:
    new = {name: value for name, value in said.items() if user.from_file.get(name) != value}
    changed = sorted(name for name, value in new.items() if getattr(user, name) != value)
    for name, value in new.items():
        setattr(user, name, value)
    if "phone" in new:
        user.phone_digits = phone_digits(new["phone"])
    user.from_file = dict(said)
    if changed:
        record_profile_imported(session, user, changed, now=now)
    if "name" in changed and user.password_hash is not None:
        queue_name(session, user, by_file=True)
    return int(bool(changed))
