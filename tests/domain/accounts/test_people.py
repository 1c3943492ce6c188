"""A company's people: roles, access, and the last administrator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company, Delegation, Membership, User
from portal.accounts.people.queries import people_page
from portal.accounts.people.use_cases import change_role, disable, enable, set_acting_consent
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from tests.builders import NOW, Build


def _admin(build: Build, company: Company) -> Actor:
    return build.actor(build.user(company, "company_admin"), company, "company_admin")


def test_a_role_changes(session: Session, build: Build) -> None:
    company = build.company()
    admin, buyer = _admin(build, company), build.user(company)
    change_role(session, actor=admin, user_id=buyer.id, role="approver", now=NOW)
    session.commit()
    assert session.get_one(Membership, (buyer.id, company.id)).role == "approver"


@pytest.mark.parametrize("role", ["", "rep", "admin", "acting", "guest"])
def test_a_role_is_one_of_the_four(session: Session, build: Build, role: str) -> None:
    company = build.company()
    admin, buyer = _admin(build, company), build.user(company)
    with pytest.raises(Rejected):
        change_role(session, actor=admin, user_id=buyer.id, role=role, now=NOW)


def test_people_of_other_companies_do_not_exist(session: Session, build: Build) -> None:
    admin = _admin(build, build.company())
    stranger = build.user(build.company())
    for attempt in (disable, enable):
        with pytest.raises(NotFound):
            attempt(session, actor=admin, user_id=stranger.id, now=NOW)
    with pytest.raises(NotFound):
        change_role(session, actor=admin, user_id=stranger.id, role="viewer", now=NOW)


def test_nobody_changes_themselves_out(session: Session, build: Build) -> None:
    company = build.company()
    admin, _ = _admin(build, company), _admin(build, company)
    assert admin.user_id is not None
    with pytest.raises(Rejected, match="your own role"):
        change_role(session, actor=admin, user_id=admin.user_id, role="buyer", now=NOW)
    with pytest.raises(Rejected, match="yourself"):
        disable(session, actor=admin, user_id=admin.user_id, now=NOW)


def test_a_company_keeps_an_administrator(session: Session, build: Build) -> None:
    company = build.company()
    admin = _admin(build, company)
    other = build.user(company, "company_admin")
    disable(session, actor=admin, user_id=other.id, now=NOW)
    session.commit()
    # Signed in at another company of the group, say: no longer among the administrators counted here.
    outsider = build.actor(other, company, "company_admin")
    assert admin.user_id is not None
    with pytest.raises(Rejected, match="last administrator"):
        change_role(session, actor=outsider, user_id=admin.user_id, role="buyer", now=NOW)
    with pytest.raises(Rejected, match="last administrator"):
        disable(session, actor=outsider, user_id=admin.user_id, now=NOW)


def test_an_administrator_of_the_parent_counts(session: Session, build: Build) -> None:
    parent = build.company()
    child = build.company(parent_id=parent.id)
    group_admin = build.actor(build.user(parent, "company_admin"), child, "company_admin")
    only = build.user(child, "company_admin")
    change_role(session, actor=group_admin, user_id=only.id, role="buyer", now=NOW)


def test_two_administrators_who_remove_each_other_take_turns(
    session: Session, sessions: sessionmaker[Session], build: Build
) -> None:
    company = build.company()
    one, two = _admin(build, company), _admin(build, company)
    start = Barrier(2)

    def remove(pair: tuple[Actor, Actor]) -> bool:
        start.wait()
        with sessions() as own:
            try:
                disable(own, actor=pair[0], user_id=pair[1].user_id or 0, now=NOW)
            except Rejected:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, [(one, two), (two, one)])) == [False, True]
    active = session.scalars(select(Membership).where(Membership.disabled_at.is_(None))).all()
    assert len(active) == 1


def test_disabling_ends_a_stay_on_the_persons_behalf(session: Session, build: Build) -> None:
    company = build.company()
    admin, buyer = _admin(build, company), build.user(company)
    stay = build.delegation(build.rep(company), buyer, company)
    disable(session, actor=admin, user_id=buyer.id, now=NOW)
    session.commit()
    assert session.get_one(Delegation, stay.id, populate_existing=True).ended_at == NOW


def test_withdrawing_consent_ends_stays_of_this_company_only(session: Session, build: Build) -> None:
    company, other = build.company(), build.company()
    rep = build.rep(company, other)
    ours = build.delegation(rep, build.user(company), company)
    theirs = build.delegation(rep, build.user(other), other)
    set_acting_consent(session, actor=_admin(build, company), allowed=False, now=NOW)
    session.commit()
    assert session.get_one(Delegation, ours.id, populate_existing=True).ended_at == NOW
    assert session.get_one(Delegation, theirs.id, populate_existing=True).ended_at is None


def test_of_the_invited_only_the_address_is_shown(session: Session, build: Build) -> None:
    company = build.company()
    person = build.user(None, name="Secret Name", phone="+1 518 555 0101")
    session.add(
        Membership(user_id=person.id, company_id=company.id, role="buyer", disabled_at=NOW, invited_at=NOW)
    )
    build.user(company, disabled_at=NOW)
    session.commit()
    invited, gone = sorted(people_page(session, company.id).rows, key=lambda row: row.state, reverse=True)
    assert (invited.name, invited.phone, invited.state) == (person.email, None, "invited")
    assert gone.state == "disabled"
    assert session.get_one(User, person.id).name == "Secret Name"
