"""Company, job and store: switching shows the new company's things and nothing of the other's."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from portal.accounts.models import CompanyJob, Membership, UserSession
from portal.foundation.secrets.handles import handle
from portal.web.browser.session_cookie import COOKIE
from portal.web.sessions import visit
from portal.web.transaction import db
from tests.builders import Build
from tests.page import PageClient


def test_switching_company_drops_job_and_store(client: PageClient, build: Build, session: Session) -> None:
    alpha, beta = build.company("Alpha"), build.company("Beta")
    job, theirs, store = build.job(alpha, "Alpha job"), build.job(beta, "Beta job"), build.store()
    person = build.user(alpha)
    session.add(Membership(user_id=person.id, company_id=beta.id, role="viewer"))
    session.commit()
    client.sign_in(person.email)
    client.post("/context", {"job_id": handle("job", job.id)})
    client.post("/context", {"store_id": store.id})
    client.get("/context")
    assert "Beta job" not in client.text
    client.post("/context", {"company_id": handle("company", beta.id)})
    row = session.scalars(select(UserSession)).one()
    assert (row.company_id, row.job_id, row.store_id) == (beta.id, None, None)
    client.get("/context")
    assert "Beta job" in client.text
    assert "Alpha job" not in client.text
    client.post("/context", {"job_id": handle("job", job.id)}, status=404)
    client.post("/context", {"job_id": handle("job", theirs.id)})
    client.post("/jobs", {"names": "Elm"}, status=403)  # a viewer here, a buyer there


def test_only_ones_own_companies_and_their_children(client: PageClient, build: Build) -> None:
    parent, stranger = build.company("Group"), build.company("Stranger")
    child = build.company("Branch", parent_id=parent.id)
    disabled = build.company("Closed", parent_id=parent.id, disabled_at=text("now()"))
    client.sign_in(build.user(parent).email)
    client.post("/context", {"company_id": handle("company", child.id)})
    client.get("/context")
    assert "Through your group" in client.text
    assert "Closed" not in client.text
    for foreign in (stranger.id, disabled.id, 0, 10**17):
        client.post("/context", {"company_id": handle("company", foreign)}, status=404)


def test_a_member_of_the_branch_does_not_see_the_group(client: PageClient, build: Build) -> None:
    parent = build.company("Group")
    child = build.company("Branch", parent_id=parent.id)
    client.sign_in(build.user(child).email)
    client.post("/context", {"company_id": handle("company", parent.id)}, status=404)


def test_jobs_are_added_chosen_and_closed(client: PageClient, build: Build, session: Session) -> None:
    client.sign_in(build.user(build.company()).email)
    client.get("/context")
    assert "No jobs yet" in client.text
    client.post("/jobs", {"names": "Elm Street\tPO 7\nMill Lane"})
    client.get("/context")
    assert "2 jobs added." in client.text
    job_id = session.scalars(select(CompanyJob.id).where(CompanyJob.name == "Elm Street")).one()
    client.post("/context", {"job_id": handle("job", job_id), "next": "/account"})
    client.get("/context")
    assert "You now order for the job Elm Street" in client.text
    client.post(f"/jobs/{handle('job', job_id)}/closure")
    client.get("/context")
    assert "Elm Street is closed" in client.text
    answer = client.post("/jobs", {"names": "\n".join(f"Job {n}" for n in range(151))}, status=422)
    assert "Job 150" in answer.get_data(as_text=True)
    assert "at most 150" in client.text


def test_the_list_is_the_administrators_where_the_company_says_so(client: PageClient, build: Build) -> None:
    client.sign_in(build.user(build.company(po_mode="list")).email)
    client.get("/context")
    assert "administrators keep this list" in client.text
    client.post("/jobs", {"names": "Elm"}, status=422)


def test_a_query_that_forgets_the_company_still_sees_one_company_only(
    client: PageClient, app: Flask, build: Build
) -> None:
    ours, theirs = build.company(), build.company()
    build.job(ours, "Ours")
    build.job(theirs, "Theirs")
    person, rep = build.user(ours), build.rep(ours)
    client.sign_in(person.email)
    cookie = client.http.get_cookie(COOKIE)
    assert cookie is not None
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        assert visit().actor.company_id == ours.id
        assert db().scalars(select(CompanyJob.name)).all() == ["Ours"]
        assert db().execute(text("select current_user")).scalar() == "portal_customer"
    staff = PageClient(app)
    staff.sign_in(rep.email)
    cookie = staff.http.get_cookie(COOKIE)
    assert cookie is not None
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        visit()
        assert len(db().scalars(select(CompanyJob.name)).all()) == 2
    staff.post(f"/customers/{ours.code}/delegations", {"subject": person.id, "reason": "On the phone"})
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        assert visit().actor.is_acting
        assert db().scalars(select(CompanyJob.name)).all() == ["Ours"]


def test_a_customers_write_into_another_company_is_refused_by_the_database(
    client: PageClient, app: Flask, build: Build
) -> None:
    ours, theirs = build.company(), build.company()
    job = build.job(theirs, "Theirs")
    client.sign_in(build.user(ours).email)
    cookie = client.http.get_cookie(COOKIE)
    assert cookie is not None
    with app.test_request_context(method="POST", headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        visit()
        changed = db().execute(text("update company_job set name = 'Mine' where id = :id"), {"id": job.id})
        assert changed.rowcount == 0  # type: ignore[attr-defined]
        foreign = text("insert into company_job (company_id, name) values (:id, 'Mine')")
        with pytest.raises(ProgrammingError, match="row-level security"):
            db().execute(foreign, {"id": theirs.id})
