"""Under which role a customer's request runs, whatever it does: refused, after leaving, in pieces, as the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company, CompanyJob
from portal.foundation.errors import Rejected
from portal.web.answers.spreadsheets import csv_download
from portal.web.browser.session_cookie import COOKIE
from portal.web.forms import PortalForm
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import books, db, leave, own_transaction
from tests.builders import Build
from tests.page import PageClient

WHO = text("select current_user, current_setting('app.company_id'), current_setting('app.user_id')")


@pytest.fixture
def company(build: Build) -> Company:
    build.job(build.company(), "Theirs")
    ours = build.company()
    build.job(ours, "Ours")
    return ours


@pytest.fixture
def request_of(client: PageClient, app: Flask, build: Build, company: Company) -> Iterator[None]:
    """Inside a request of a signed-in customer of the company."""
    client.sign_in(build.user(company).email)
    cookie = client.http.get_cookie(COOKIE)
    assert cookie is not None
    with app.test_request_context("/jobs", method="POST", headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        visit()
        yield


def seen(session: Session) -> tuple[str, str, str]:
    role, company_id, person_id = session.execute(WHO).one()
    return role, company_id, person_id


def expected(role: str) -> tuple[str, str, str]:
    return role, str(actor().company_id), str(actor().user_id)


@pytest.mark.usefixtures("request_of")
def test_after_a_refusal_the_page_reads_as_the_customer(company: Company) -> None:
    """What was tried is undone, its lock given back, and the role stays. Seen failing with a rollback of the whole
    transaction, and with one that never happened."""
    form = PortalForm()
    with refusing(form) as tried:
        job = db().scalars(select(CompanyJob).with_for_update()).one()
        job.name = "Half done"
        db().flush()
        raise Rejected("no", "Not like that.")
    assert tried.refused is not None
    assert tried.status == 422
    assert form.form_errors == ["Not like that."]
    assert seen(db()) == expected("portal_customer")
    assert db().scalars(select(CompanyJob.name)).all() == ["Ours"]
    assert job.name == "Ours"
    with own_transaction() as other:  # waits for nobody
        other.execute(text("set local lock_timeout = '2s'"))
        other.execute(text("select 1 from company_job for update"))


@pytest.mark.usefixtures("request_of")
def test_what_is_not_refused_is_kept(company: Company) -> None:
    """A conflict is 409. Seen failing with a savepoint that was always rolled back."""
    with refusing() as tried:
        db().scalars(select(CompanyJob)).one().name = "Renamed"
    assert tried.refused is None
    assert db().scalars(select(CompanyJob.name)).all() == ["Renamed"]
    with refusing() as tried:
        raise Rejected("twice", "Sent before.", outcome="conflict")
    assert tried.status == 409


@pytest.mark.usefixtures("request_of")
def test_a_session_opened_after_leaving_is_the_customer_s(company: Company) -> None:
    """Seen failing while a new session of the request was the owner's."""
    leave()
    assert seen(db()) == expected("portal_customer")
    db().commit()
    assert seen(db()) == expected("portal_customer")
    assert db().scalars(select(CompanyJob.name)).all() == ["Ours"]


@pytest.mark.usefixtures("request_of")
def test_the_books_are_a_role_of_their_own(company: Company) -> None:
    """Also for a company that a link names. Seen failing with the owner's sessions."""
    with books() as session:
        assert seen(session) == expected("portal_books")
        assert session.scalars(select(CompanyJob.name)).all() == ["Ours"]
    with refusing(within=books()) as tried:
        tried.session.scalars(select(CompanyJob)).one().name = "Half done"
        tried.session.flush()
        raise Rejected("no", "Not like that.")
    assert db().scalars(select(CompanyJob.name)).all() == ["Ours"]
    with books(company.id + 1_000) as session:
        assert not session.scalars(select(CompanyJob.name)).all()


@pytest.mark.usefixtures("request_of")
def test_each_piece_of_a_file_is_read_as_the_customer(company: Company) -> None:
    """Company and person, in every piece. Seen failing without the person, and without the role."""
    found = []

    def read(session: Session, after: str | None) -> tuple[list[list[str]], str | None]:
        found.append(seen(session))
        return [["row"]], "second" if after is None else None

    answer = csv_download("list.csv", ["Name"], actor().customer_id, read)
    leave()
    assert answer.get_data(as_text=True).splitlines()[1:] == ["row", "row"]
    assert found == [expected("portal_customer")] * 2


@pytest.mark.usefixtures("request_of")
def test_a_savepoint_is_not_counted(statements: Callable[[], AbstractContextManager[list[str]]]) -> None:
    """Budgets count what reads and writes rows. Seen failing while SAVEPOINT and its release were counted."""
    with statements() as heard, refusing():
        db().execute(text("select 1"))
    assert heard == ["select 1"]
