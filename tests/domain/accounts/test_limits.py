"""Order limits: what a person may order without approval, and who may approve more."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.accounts.limits.queries import approvers_of, limit_of, order_limit
from portal.accounts.models import Company, Membership, User
from portal.foundation.actor import Actor
from tests.builders import NOW, Build


def _of(company: Company, user: User | None) -> Actor:
    return actor_on_record("customer", user_id=user.id if user else None, company_id=company.id)


def _limit(session: Session, person: User, company: Company, minor: int | None) -> User:
    session.get_one(Membership, (person.id, company.id)).order_limit_minor = minor
    session.commit()
    return person


@pytest.mark.parametrize(("found", "limit"), [(None, 0), (-1, None), (0, 0), (5_000, 5_000)])
def test_what_the_statement_gives(found: int | None, limit: int | None) -> None:
    """Seen failing with no membership taken for no limit."""
    assert limit_of(found) == limit


def test_the_membership_in_the_company_comes_before_that_in_its_parent(
    session: Session, build: Build
) -> None:
    """Seen failing with the order of the two memberships turned around."""
    parent = build.company()
    child = build.company(parent_id=parent.id)
    person = _limit(session, build.user(parent), parent, 9_000)
    assert order_limit(session, _of(child, person)) == 9_000
    session.add(Membership(user_id=person.id, company_id=child.id, role="buyer", order_limit_minor=100))
    session.commit()
    assert order_limit(session, _of(child, person)) == 100
    assert order_limit(session, _of(build.company(), person)) == 0
    assert order_limit(session, _of(child, None)) == 0


def test_approvers_have_the_role_and_a_limit_that_covers_the_total(session: Session, build: Build) -> None:
    """Seen failing with limits below the total let through, and with disabled memberships."""
    company = build.company()
    boss = build.user(company, "approver", name="Ana")
    small = _limit(session, build.user(company, "approver", name="Bo"), company, 999)
    build.user(company, "buyer")
    gone = build.user(company, "company_admin", name="Cy")
    session.get_one(Membership, (gone.id, company.id)).disabled_at = NOW
    session.commit()

    def found(total: int, but: tuple[int, ...] = ()) -> list[str]:
        people = approvers_of(session, company_id=company.id, total_minor=total, but=but)
        return [each.name for each in people]

    assert found(999) == ["Ana", "Bo"]
    assert found(1_000) == ["Ana"]
    assert found(999, but=(boss.id,)) == [small.name]


def test_a_parents_approvers_stand_in_where_a_company_has_none(session: Session, build: Build) -> None:
    """Seen failing with the parent's approvers added to the company's own."""
    parent = build.company()
    child = build.company(parent_id=parent.id)
    boss = build.user(parent, "approver")
    asked = {"company_id": child.id, "total_minor": 1_000}
    assert [each.user_id for each in approvers_of(session, **asked)] == [boss.id]
    own = build.user(child, "approver")
    assert [each.user_id for each in approvers_of(session, **asked)] == [own.id]
