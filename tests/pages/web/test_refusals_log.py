"""A refusal in the log says what was asked for and from which network, and is never made invalid from outside."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.touchpoints.models import Touchpoint
from portal.web.asked import OURS
from tests.builders import Build
from tests.page import PageClient

REFUSALS = ("error_shown", "permission_denied")


def refusals(session: Session) -> list[Touchpoint]:
    session.rollback()
    found = select(Touchpoint).where(Touchpoint.name.in_(REFUSALS)).order_by(Touchpoint.recorded_us)
    return list(session.scalars(found))


@pytest.fixture
def buyer(build: Build, client: PageClient) -> PageClient:
    client.sign_in(build.user(build.company()).email)
    return client


def ask(browser: PageClient, path: str, method: str = "GET", **options: object) -> int:
    response = browser.http.open(path, method=method, buffered=True, **options)
    response.close()
    return response.status_code


def test_the_order_of_another_company_is_named(buyer: PageClient, session: Session) -> None:
    """Seen failing without ``asked``: the row said 404 and the page, and nothing of the order."""
    assert ask(buyer, "/orders/CP-100007", environ_base={"REMOTE_ADDR": "203.0.113.9"}) == 404
    (row,) = refusals(session)
    assert (row.outcome, row.valid) == ("not_found", True)
    assert row.props["asked"] == ["number=CP-100007"]
    assert row.props["network"] == "203.0.113.0/24"


def test_the_company_that_a_rep_tried_is_named(build: Build, client: PageClient, session: Session) -> None:
    """Case 52: 404 for a company of another rep, 403 for whoever acts for nobody. Seen failing without ``asked``."""
    other = build.company()
    client.sign_in(build.user(kind="rep").email)
    assert ask(client, f"/customers/{other.code}") == 404
    client.http.delete_cookie("portal_session")
    client.sign_in(build.user(kind="support").email)
    assert ask(client, f"/customers/{other.code}/hold") == 403
    assert [row.props["asked"] for row in refusals(session)] == [[f"code={other.code}"]] * 2
    assert [row.outcome for row in refusals(session)] == ["not_found", "denied"]


def test_what_somebody_typed_is_a_hash_and_always_the_same(buyer: PageClient, session: Session) -> None:
    """Addresses, tokens and unknown paths never stand in the log. Seen failing with the value itself."""
    for path in ("/orders/ann@painter.example", "/orders/ann@painter.example", "/payments/AAAA", "/no/AAAA"):
        assert ask(buyer, path) in (403, 404)
    asked = [row.props["asked"] for row in refusals(session)]
    assert asked[0] == asked[1]
    assert all(len(each) == 1 and "=#" in each[0] for each in asked)
    assert "painter" not in str(asked)
    assert "AAAA" not in str(asked)


def test_the_form_of_a_refused_write_is_named_by_its_ids(buyer: PageClient, session: Session) -> None:
    """POST /context with a company that is not theirs. Seen failing with route values alone."""
    buyer.get("/context")
    buyer.post("/context", {"company_id": "999999"}, status=404)
    (row,) = refusals(session)
    assert row.props["asked"] == ["company_id=999999"]


def test_a_refused_form_is_recorded(buyer: PageClient, session: Session) -> None:
    """422 too. Seen failing while 422 was silent."""
    buyer.get("/account")
    buyer.post("/account/profile", {"name": ""}, status=422)
    (row,) = refusals(session)
    assert (row.props["status"], row.outcome) == (422, "validation_error")


def test_what_visitors_are_refused_is_recorded_without_their_links(
    client: PageClient, session: Session
) -> None:
    """Seen failing with nothing of pay links in the log."""
    secret = "s" * 43
    for path in (f"/pay/{secret}", f"/pay/returned/{secret}"):
        assert ask(client, path, environ_base={"REMOTE_ADDR": "203.0.113.9"}) == 404
    rows = refusals(session)
    assert [row.props["status"] for row in rows] == [404, 404]
    assert {row.props["network"] for row in rows} == {"203.0.113.0/24"}
    assert {(row.outcome, row.actor_id, row.actor_role) for row in rows} == {("not_found", None, "anonymous")}
    for row in rows:
        assert row.valid
        assert secret not in str(row.props)


@pytest.mark.parametrize("page", ["invitation", "reset"])
def test_a_dead_link_to_a_password_is_told_once(client: PageClient, session: Session, page: str) -> None:
    """By the page, which knows more. Seen failing with a second row for the same refusal."""
    secret = "s" * 43
    ask(client, f"/{page}?token={secret}")
    session.rollback()
    (row,) = session.scalars(select(Touchpoint))
    assert row.outcome != "ok"
    assert secret not in str(row.props)


def test_whoever_tries_link_after_link_does_not_fill_the_log(client: PageClient, session: Session) -> None:
    """Another network has a row of its own; what is no page has none, for scanners ask for those all day."""
    for n in range(5):
        ask(client, f"/pay/{n}" + "x" * 42)
    ask(client, "/pay/" + "x" * 43, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    ask(client, "/wp-login.php")
    ask(client, "/orders/CP-100007")
    assert len(refusals(session)) == 2


def test_a_visitors_refused_form_is_recorded(client: PageClient, session: Session) -> None:
    """Without what was typed; what the page records itself is not told twice."""
    client.get("/forgot")
    client.post("/forgot", {"email": "ann at painter.example"}, status=422)
    (row,) = refusals(session)
    assert (row.props["status"], row.outcome, row.props["method"]) == (422, "validation_error", "POST")
    assert "painter" not in str(row.props)


@pytest.mark.parametrize("method", ["A" * 100, "A\x1bB", "PROPFIND"])
def test_an_unknown_method_makes_no_invalid_row(method: str, buyer: PageClient, session: Session) -> None:
    """Seen failing with the method as it came: ``data.method must be shorter than or equal to 80 characters``."""
    assert ask(buyer, "/account", method) in (400, 405)
    assert [(row.props["method"], row.valid) for row in refusals(session)] == [("other", True)]


@pytest.mark.parametrize("path", ["/orders/%ED%A0%80", "/orders/" + "A" * 3000, "/nowhere/%1b%ff"])
def test_an_odd_address_makes_no_invalid_row(path: str, buyer: PageClient, session: Session) -> None:
    """Seen failing without cleaning for a number of 3,000 letters."""
    assert ask(buyer, path) in (400, 404)
    assert all(row.valid for row in refusals(session))


def test_which_values_are_ours() -> None:
    """Seen failing with a telephone number taken for a code."""
    assert all(
        OURS.fullmatch(text) for text in ("CP-100001", "C10001", "INV-100001", "2026-05", "ACME", "12")
    )
    assert not any(
        OURS.fullmatch(text) for text in ("7735550128", "518-555-0142", "a@b", "ann", "x" * 40, "")
    )
