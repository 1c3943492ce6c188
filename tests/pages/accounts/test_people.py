"""A company's people, as its administrators see and change them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Membership
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient


def test_the_list_and_a_change_of_role(client: PageClient, build: Build, session: Session) -> None:
    company = build.company("Harbour Painting")
    buyer = build.user(company, name="Ana Ruiz")
    build.user(build.company(), name="Stranger")
    client.sign_in(build.user(company, "company_admin", name="Omar Haddad").email)
    client.get("/people")
    assert "Ana Ruiz" in client.text
    assert "Stranger" not in client.text
    client.get(f"/people/{handle('person', buyer.id)}")
    client.post(f"/people/{handle('person', buyer.id)}/role", {"role": "approver"})
    client.get("/people")
    assert "Ana Ruiz is now approver" in client.text
    client.post(f"/people/{handle('person', buyer.id)}/role", {"role": "admin"}, status=422)
    client.post(f"/people/{handle('person', buyer.id)}/lock")
    client.get(f"/people/{handle('person', buyer.id)}")
    assert "Disabled" in client.text
    client.post(f"/people/{handle('person', buyer.id)}/unlock")
    assert session.get_one(Membership, (buyer.id, company.id)).disabled_at is None
    actions = session.scalars(
        text("select props->>'action' from touchpoint where name = 'account_added_user' order by occurred_us")
    ).all()
    assert actions == ["role_changed", "disabled", "enabled"]


def test_the_last_administrator_stays(client: PageClient, build: Build) -> None:
    company = build.company()
    admin = build.user(company, "company_admin")
    client.sign_in(admin.email)
    client.post(f"/people/{handle('person', admin.id)}/role", {"role": "buyer"}, status=422)
    client.post(f"/people/{handle('person', admin.id)}/lock", status=422)
    assert "You can't disable yourself" in client.text or "This is you" in client.text
    client.get("/people")


def test_people_of_others_do_not_exist(client: PageClient, build: Build) -> None:
    client.sign_in(build.user(build.company(), "company_admin").email)
    stranger = build.user(build.company())
    client.get(f"/people/{handle('person', stranger.id)}", status=404)
    for verb, form in (("role", {"role": "viewer"}), ("lock", {}), ("unlock", {}), ("invitation", {})):
        client.post(f"/people/{handle('person', stranger.id)}/{verb}", form, status=404)


@pytest.mark.parametrize("role", ["viewer", "buyer", "approver"])
def test_only_administrators(client: PageClient, build: Build, role: str) -> None:
    company = build.company()
    client.sign_in(build.user(company, role).email)
    client.get("/people", status=403)
    client.get("/people/invitation", status=403)
    client.get("/account")
    client.post("/company/acting-consent", {"allowed": "no"}, status=403)


def test_consent_is_switched(client: PageClient, build: Build, session: Session) -> None:
    company = build.company()
    client.sign_in(build.user(company, "company_admin").email)
    for answer, kept in (("no", False), ("yes", True)):
        client.post("/company/acting-consent", {"allowed": answer})
        assert session.scalars(select(Company.acting_consent).where(Company.id == company.id)).one() is kept
        session.commit()
        client.get("/people")
