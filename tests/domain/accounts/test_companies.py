"""Companies as an actor may see them."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.accounts.companies.queries import companies_for_staff, visible_company
from portal.foundation.errors import NotFound
from tests.builders import Build


def test_who_sees_which_company(session: Session, build: Build) -> None:
    own, other = build.company(), build.company()
    rep, support, store = build.rep(own), build.user(kind="support"), build.user(kind="store")
    buyer = build.user(own)
    assert visible_company(session, build.actor(rep), own.code).id == own.id
    assert visible_company(session, build.actor(support), other.code).id == other.id
    assert visible_company(session, build.actor(buyer, own), own.code).id == own.id
    acting = build.actor(rep, own, delegation_id=1, acting_for_user_id=buyer.id)
    for actor, company in (
        (build.actor(rep), other),
        (build.actor(buyer, own), other),
        (build.actor(store), own),
        (acting, other),
    ):
        with pytest.raises(NotFound):
            visible_company(session, actor, company.code)


def test_companies_for_staff_are_searched_and_paged(session: Session, build: Build) -> None:
    mine = [build.company(f"Painter {n:02d}", phone_digits=f"15185550{n:03d}") for n in range(30)]
    odd = build.company("100%_Walls", email="Office@Walls.example")
    rep = build.actor(build.rep(*mine))
    page = companies_for_staff(session, rep)
    rest = companies_for_staff(session, rep, cursor=page.next_cursor)
    assert [row.name for row in [*page.rows, *rest.rows]] == [company.name for company in mine]
    assert companies_for_staff(session, rep, "walls").rows == []
    support = build.actor(build.user(kind="support"))
    for words in ("100%_w", "office@walls", odd.code.lower()):
        assert [row.id for row in companies_for_staff(session, support, words).rows] == [odd.id]
    assert [row.name for row in companies_for_staff(session, support, "+1 (518) 555-0007").rows] == [
        "Painter 07"
    ]
    assert companies_for_staff(session, support, "%%%").rows == []
    assert companies_for_staff(session, support, "painter", cursor="made up").rows[0].name == "Painter 00"
