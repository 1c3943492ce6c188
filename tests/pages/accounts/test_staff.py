"""Staff pages of administrators."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import RepAssignment, User
from tests.builders import Build
from tests.page import PageClient


def test_staff_are_listed_invited_and_disabled(client: PageClient, build: Build, session: Session) -> None:
    store = build.store("Dock Street")
    admin = build.user(kind="admin")
    build.user(kind="store", store_id=store.id, name="Luis Ferreira")
    client.sign_in(admin.email)
    client.get("/staff")
    assert "Luis Ferreira" in client.text
    assert "Dock Street" in client.text
    client.get("/staff/invitation")
    form = {"email": "joan@example.com", "name": "Joan", "kind": "store", "store_code": ""}
    client.post("/staff/invitation", form, status=422)
    assert "A store associate works at a store" in client.text
    client.post("/staff/invitation", {**form, "store_code": store.code})
    joan = session.scalars(select(User).where(User.email == "joan@example.com")).one()
    session.commit()
    client.get(f"/staff/{joan.id}")
    client.post(f"/staff/{joan.id}/invitation")
    client.post(f"/staff/{joan.id}/lock")
    client.get("/staff")
    assert "Joan can no longer come in" in client.text
    client.post(f"/staff/{joan.id}/unlock")
    client.post(f"/staff/{admin.id}/lock", status=422)
    assert "You can't disable yourself" in client.text


def test_reps_get_companies(client: PageClient, build: Build, session: Session) -> None:
    rep, company = build.rep(), build.company("Harbour Painting")
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/staff/{rep.id}")
    assert "No companies yet" in client.text
    client.post(f"/staff/{rep.id}/assignments", {"code": "nope"}, status=422)
    assert "No company has this code" in client.text
    client.post(f"/staff/{rep.id}/assignments", {"code": company.code})
    client.get(f"/staff/{rep.id}")
    assert "Harbour Painting" in client.text
    client.post(f"/staff/{rep.id}/assignments/{company.code}/removal")
    assert session.scalars(select(RepAssignment)).all() == []


def test_customers_people_are_not_staff(client: PageClient, build: Build) -> None:
    person = build.user(build.company())
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/staff/{person.id}", status=404)
    client.post(f"/staff/{person.id}/lock", status=404)
