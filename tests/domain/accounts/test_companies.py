"""Companies as an actor may see them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from portal.accounts.companies.queries import companies_for_staff, visible_company
from portal.accounts.companies.rules import BillAs
from portal.accounts.companies.use_cases import change_billing_details
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


def test_who_changes_what_documents_say_of_a_company(session: Session, build: Build) -> None:
    """Its own administrators and ours; not its buyers, and not the administrators of another one."""
    company, other, now = build.company(), build.company(), datetime(2026, 6, 2, 14, tzinfo=UTC)
    wanted = BillAs(legal_name="Harbor Painting, LLC", tax_number="98-7654321")
    for who in (
        build.actor(build.user(company), company),
        build.actor(build.user(other, "company_admin"), other, "company_admin"),
    ):
        with pytest.raises(NotFound):
            change_billing_details(session, actor=who, now=now, company=company, wanted=wanted)
    admin = build.actor(build.user(company, "company_admin"), company, "company_admin")
    done = [
        change_billing_details(session, actor=admin, now=now, company=company, wanted=wanted)
        for _ in range(2)
    ]
    assert done == [True, False]
    assert company.as_buyer == {"name": company.name, "code": company.code, **wanted.stored}
