"""Pages of accounts take few statements, and not more when there is more to show."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.foundation.secrets.handles import handle
from tests.builders import NOW, Build
from tests.page import PageClient

Statements = Callable[[], AbstractContextManager[list[str]]]
BUDGET = 6


def _people(build: Build, session: Session, many: int) -> dict[str, str]:
    company = build.company("Alpine Painting", home_store_id=build.store().id)
    admin = build.user(company, "company_admin")
    rep = build.rep(company)
    for n in range(many):
        person = build.user(company)
        build.job(company, f"Job {n}")
        build.delegation(rep, person, company, now=NOW)
        other = build.company()
        session.add(Membership(user_id=admin.id, company_id=other.id, role="buyer"))
    session.commit()
    staff = build.user(kind="admin")
    return {
        "customer": admin.email,
        "rep": rep.email,
        "admin": staff.email,
        "company": company.code,
        "rep_id": str(rep.id),
        "person_id": handle("person", admin.id),
    }


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("customer", "/account"),
        ("customer", "/context"),
        ("customer", "/people"),
        ("customer", "/people/invitation"),
        ("customer", "/people/{person_id}"),
        ("customer", "/acting"),
        ("rep", "/customers/{company}/delegations"),
        ("admin", "/staff"),
        ("admin", "/staff/invitation"),
        ("admin", "/staff/{rep_id}"),
    ],
)
@pytest.mark.parametrize("many", [1, 12])
def test_statements(
    client: PageClient, build: Build, session: Session, statements: Statements, who: str, path: str, many: int
) -> None:
    made = _people(build, session, many)
    client.sign_in(made[who])
    with statements() as heard:
        client.get(path.format(**made))
    assert 0 < len(heard) <= BUDGET, heard


@pytest.mark.parametrize("path", ["/sign-in", "/forgot"])
def test_visitors_cost_the_database_nothing(client: PageClient, statements: Statements, path: str) -> None:
    with statements() as heard:
        client.get(path)
    assert heard == []
