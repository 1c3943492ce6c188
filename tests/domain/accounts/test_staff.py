"""The seller's own people."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.invitations.use_cases import accept_invitation
from portal.accounts.models import User
from portal.accounts.sign_in.use_cases.sign_in import authenticate
from portal.accounts.staff.queries import assigned_to, staff_list
from portal.accounts.staff.use_cases.assignments import assign_company, unassign_company
from portal.accounts.staff.use_cases.staff import NewStaff, add_staff, disable_staff, enable_staff
from portal.cli import cli
from portal.foundation.actor import SYSTEM
from portal.foundation.config import Settings
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from tests.builders import NOW, Build

URL = "https://orders.example.com"


def test_with_a_password_one_signs_in_at_once(session: Session) -> None:
    added = add_staff(
        session, NewStaff(" Hal@Example.com ", "Hal", "admin", password="a long phrase"), now=NOW
    )
    session.commit()
    assert added.link is None
    user = authenticate(session, email="hal@example.com", password="a long phrase", secret="x")
    assert user.kind == "admin"


def test_without_one_an_invitation_goes_out(session: Session, build: Build) -> None:
    admin = build.actor(build.user(kind="admin"))
    added = add_staff(
        session, NewStaff("rep@example.com", "Rep", "rep"), actor=admin, public_url=URL, now=NOW
    )
    session.commit()
    assert added.link is not None
    mail = session.scalars(select(OutboundMail)).one()
    assert (mail.kind, mail.data["link"]) == ("staff_invitation", added.link)
    user, is_new = accept_invitation(
        session, token=added.link.split("token=")[1], name="Priya", password="a long phrase", now=NOW
    )
    assert (user.id, user.name, is_new) == (added.user.id, "Priya", True)


def test_a_store_associate_works_at_a_store(session: Session, build: Build) -> None:
    store = build.store()
    for kind, store_id in (("store", None), ("rep", store.id)):
        with pytest.raises(Rejected) as no:
            add_staff(session, NewStaff("a@example.com", "A", kind, store_id=store_id), now=NOW)
        assert no.value.field == "store_code"
    added = add_staff(
        session, NewStaff("a@example.com", "A", "store", store_id=store.id), public_url=URL, now=NOW
    )
    assert added.user.store_id == store.id


def test_a_taken_address_and_a_strange_kind_are_refused(session: Session, build: Build) -> None:
    taken = build.user(build.company()).email
    with pytest.raises(Rejected, match="already"):
        add_staff(session, NewStaff(taken, "A", "rep"), now=NOW)
    with pytest.raises(Rejected) as no:
        add_staff(session, NewStaff("b@example.com", "A", "customer"), now=NOW)
    assert no.value.field == "kind"


def test_disabling_ends_sessions_and_the_last_administrator_stays(session: Session, build: Build) -> None:
    one, two = build.user(kind="admin"), build.user(kind="admin")
    actor = build.actor(one)
    with pytest.raises(Rejected, match="yourself"):
        disable_staff(session, actor=actor, user_id=one.id, now=NOW)
    disable_staff(session, actor=actor, user_id=two.id, now=NOW)
    session.commit()
    with pytest.raises(Rejected, match="last administrator"):
        disable_staff(session, actor=build.actor(two), user_id=one.id, now=NOW)
    with pytest.raises(NotFound):
        disable_staff(session, actor=actor, user_id=build.user(build.company()).id, now=NOW)
    enable_staff(session, actor=SYSTEM, user_id=two.id, now=NOW)
    assert session.get_one(User, two.id).disabled_at is None


def test_companies_are_assigned_to_reps(session: Session, build: Build) -> None:
    rep, company = build.rep(), build.company()
    for _ in range(2):
        assign_company(session, actor=SYSTEM, now=NOW, rep_id=rep.id, code=company.code.lower())
    session.commit()
    assert [c.id for c in assigned_to(session, rep.id)] == [company.id]
    with pytest.raises(Rejected, match="No company"):
        assign_company(session, actor=SYSTEM, now=NOW, rep_id=rep.id, code="NOPE")
    with pytest.raises(Rejected, match="Only sales reps"):
        assign_company(
            session, actor=SYSTEM, now=NOW, rep_id=build.user(kind="support").id, code=company.code
        )
    unassign_company(session, actor=SYSTEM, rep_id=rep.id, code=company.code, now=NOW)
    with pytest.raises(NotFound):
        unassign_company(session, actor=SYSTEM, rep_id=rep.id, code=company.code, now=NOW)


def test_the_list_of_staff_says_who_is_in(session: Session, build: Build) -> None:
    build.rep(build.company(), build.company())
    build.user(kind="support", disabled_at=NOW)
    build.user(kind="admin", password_hash=None)
    rows = {row.kind: row for row in staff_list(session)}
    assert (rows["rep"].companies, rows["support"].state, rows["admin"].state) == (2, "disabled", "invited")


def test_on_the_command_line_a_store_is_named_by_its_code(
    session: Session, build: Build, settings: Settings
) -> None:
    """Seen failing with an unknown code read as no store."""
    store = build.store()
    session.commit()
    environment = {"DATABASE_URL": settings.database_url, "PORTAL_ENV": "development"}

    def add(kind: str, code: str) -> str:
        asked = ["add-staff", f"{kind}@example.com", "--name", "A", "--kind", kind, "--store", code]
        done = CliRunner().invoke(cli, [*asked, "--password", "a long phrase"], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    assert "No store has the code NONE" in add("rep", "NONE")
    assert "Only a store associate has a store" in add("rep", store.code)
    assert "can sign in now" in add("store", store.code)
    added = session.scalars(select(User).where(User.email == "store@example.com")).one()
    assert added.store_id == store.id
