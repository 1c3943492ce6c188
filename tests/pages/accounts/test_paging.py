"""Lists of people, companies and jobs stay short however long they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.accounts.models import Company, CompanyJob, Membership, User
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient

Counting = Callable[[], AbstractContextManager[list[str]]]
MANY = 60
NOW = datetime(2026, 6, 2, tzinfo=UTC)


def hrefs(client: PageClient, rel: str) -> list[str]:
    """Addresses of links to neighbouring pages."""
    found = re.findall(rf'rel="{rel}" href="([^"]+)"', client.body)
    return [each.replace("&amp;", "&").split("#")[0] for each in found]


def through(client: PageClient, path: str, pattern: str) -> list[str]:
    """What matches on all pages of a list, in order."""
    found: list[str] = []
    client.get(path)
    for _ in range(10):
        found += re.findall(pattern, client.body)
        ahead = hrefs(client, "next")
        if not ahead:
            return found
        client.get(ahead[0])
    raise AssertionError("no end")


@pytest.fixture
def admin(build: Build, client: PageClient) -> tuple[User, Company]:
    company = build.company("Harbour Painting")
    person = build.user(company, "company_admin", name="Zora Last")
    client.sign_in(person.email)
    return person, company


def add_people(session: Session, company: Company, names: list[str], **fields: object) -> None:
    users = session.scalars(
        insert(User).returning(User.id),
        [
            {"name": name, "email": f"p{number}@example.com", "kind": "customer"}
            for number, name in enumerate(names)
        ],
    ).all()
    session.execute(
        insert(Membership),
        [{"user_id": user, "company_id": company.id, "role": "buyer", **fields} for user in users],
    )
    session.commit()


def test_people_by_the_page_and_by_name(
    client: PageClient, admin: tuple[User, Company], session: Session, statements: Counting
) -> None:
    me, company = admin
    client.get("/people")
    assert "Find a person" not in client.text, "one page needs no search"
    names = [f"Person {n:03}" for n in range(MANY)]
    add_people(session, company, names)
    seen = through(client, "/people", r">(Person \d+|Zora Last)</a>")
    assert seen == [*names, "Zora Last"]
    client.get(hrefs(client, "prev")[0])
    assert "Person 000" in client.text
    client.get("/people?q=son+04")
    assert re.findall(r">(Person \d+)</a>", client.body) == names[40:50]
    client.get("/people?q=p7%40example")
    assert re.findall(r">(Person \d+)</a>", client.body) == ["Person 007"]
    client.get("/people?q=%25_nobody&after=nonsense")
    assert "Nobody here is called “%_nobody”" in client.text
    with statements() as heard:
        client.get("/people")
    assert len(heard) <= 5
    assert len(client.body) < 40_000
    client.get(f"/people/{handle('person', me.id)}")


def test_who_is_only_invited_is_found_by_the_address_alone(
    client: PageClient, admin: tuple[User, Company], session: Session
) -> None:
    add_people(session, admin[1], ["Secret Name"], invited_at=NOW)
    client.get("/people?q=secret")
    assert "Nobody here is called" in client.text
    client.get("/people?q=p0%40")
    assert "p0@example.com" in client.text
    assert "Secret" not in client.text


def test_jobs_by_the_page_and_the_chosen_one_stays(
    client: PageClient, admin: tuple[User, Company], session: Session
) -> None:
    company = admin[1]
    ids = session.scalars(
        insert(CompanyJob).returning(CompanyJob.id),
        [{"company_id": company.id, "name": f"Job {n:03}", "po_number": f"PO-{n}"} for n in range(MANY)],
    ).all()
    session.commit()
    assert through(client, "/context", r"<span>(Job \d+)</span>") == [f"Job {n:03}" for n in range(MANY)]
    client.get("/context?job=PO-41")
    assert re.findall(r"<span>(Job \d+)</span>", client.body) == ["Job 041"]
    client.post("/context", {"job_id": handle("job", max(ids))})
    client.get("/context")
    assert f"Job {MANY - 1:03} Chosen now" in client.text
    client.get("/context?job=none+such")
    assert "No open job is called “none such”" in client.text
    client.get("/context", headers={"Referer": "http://localhost/orders?q=1"})
    client.get(hrefs(client, "next")[0])
    assert 'name="next" value="/orders?q=1"' in client.body, "where one came from is kept from page to page"


def test_companies_by_the_page(client: PageClient, build: Build, session: Session) -> None:
    group = build.company("A group")
    person = build.user(group)
    session.execute(
        insert(Company),
        [{"code": f"B-{n}", "name": f"Branch {n:03}", "parent_id": group.id} for n in range(MANY)],
    )
    session.commit()
    client.sign_in(person.email)
    seen = through(client, "/context", r"<span>(A group|Branch \d+)</span>")
    assert seen == ["A group", *(f"Branch {n:03}" for n in range(MANY))]
    client.get("/context?company=b-17")
    assert re.findall(r"<span>(Branch \d+)</span>", client.body) == ["Branch 017"]
    client.get("/context?company=stranger")
    assert "None of your companies is called “stranger”" in client.text
