"""Actors made outside a request: what they may do is what their role says."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of, actor_on_record, actor_who_asked
from portal.accounts.models import Company, Membership, User
from portal.accounts.roles import CUSTOMER_ROLES, PERMISSIONS
from portal.foundation.actor import STAFF_KINDS, Actor
from tests.builders import NOW, Build


def _asked(
    session: Session, company: Company, person: User, *, subject: User | None = None, stay: int | None = None
) -> Actor:
    whom = subject or person
    return actor_who_asked(
        session,
        company,
        user_id=person.id,
        name=person.name,
        delegation_id=stay,
        subject_id=whom.id,
        subject_name=whom.name,
    )


@pytest.mark.parametrize("role", CUSTOMER_ROLES)
def test_who_asked_may_do_what_their_role_permits_today(session: Session, build: Build, role: str) -> None:
    """Seen failing with an actor without permissions, as approving made it."""
    parent = build.company("Group")
    company = build.company("Branch", parent_id=parent.id)
    own, via_parent = build.user(company, role), build.user(parent, role)
    for person in (own, via_parent):
        actor = _asked(session, company, person)
        assert (actor.role, actor.permissions) == (role, PERMISSIONS[role])
        assert (actor.company_id, actor.is_acting) == (company.id, False)


def test_the_role_in_the_company_comes_before_that_in_its_parent(session: Session, build: Build) -> None:
    """Seen failing without the order of the two."""
    parent = build.company("Group")
    company = build.company("Branch", parent_id=parent.id)
    person = build.user(parent, "company_admin")
    session.add(Membership(user_id=person.id, company_id=company.id, role="viewer"))
    session.commit()
    assert _asked(session, company, person).role == "viewer"


def test_who_has_left_the_company_may_do_nothing_in_it(session: Session, build: Build) -> None:
    """Seen failing with memberships that have ended counted."""
    company = build.company()
    person = build.user(company, "approver")
    session.execute(update(Membership).values(disabled_at=NOW))
    actor = _asked(session, company, person)
    assert actor.permissions == PERMISSIONS["guest"]
    assert not actor.can("orders:place")


def test_a_rep_asked_as_one_who_acts(session: Session, build: Build) -> None:
    """Seen failing with the permissions of a rep at their own desk."""
    company = build.company()
    buyer, rep = build.user(company), build.rep(company)
    stay = build.delegation(rep, buyer, company)
    actor = _asked(session, company, rep, subject=buyer, stay=stay.id)
    assert actor.permissions == PERMISSIONS["acting"]
    assert (actor.subject_user_id, actor.acting_for_name, actor.reason) == (
        buyer.id,
        buyer.name,
        "Called from the site",
    )


@pytest.mark.parametrize("kind", sorted(STAFF_KINDS))
def test_staff_may_do_what_their_kind_permits(build: Build, kind: str) -> None:
    """Seen failing with an empty set for staff."""
    assert actor_of(build.user(kind=kind)).permissions == PERMISSIONS[kind]


def test_somebody_on_record_may_do_nothing() -> None:
    """Seen failing with the permissions of the kind."""
    assert actor_on_record("admin", user_id=1, name="Ada").permissions == frozenset()
