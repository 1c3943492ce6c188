"""What a request wrote stays if, and only if, its answer says that it worked."""

from __future__ import annotations

import pytest
from flask import Flask, Response, abort, request
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.web.access import public
from portal.web.browser.form_tokens import csrf
from portal.web.transaction import db

WRITE = text("insert into colour (number, name, hex, family) values (:number, 'Fog', '#9AA7AB', 'grey')")
RAISED: dict[str, Exception] = {
    "rejected": Rejected("stop", "It cannot be done."),
    "conflict": Conflict("again", "It was done before."),
    "not found": NotFound(),
    "a fault of ours": RuntimeError("broken"),
}


@public
def write() -> Response:
    """Write a row, then answer with the status that is asked for, or fail as is asked for."""
    db().execute(WRITE, {"number": "TC-1"})
    if "raises" in request.args:
        raise RAISED[request.args["raises"]]
    if "aborts" in request.args:
        abort(int(request.args["aborts"]))
    return Response(status=int(request.args["status"]))


@pytest.fixture(scope="module")
def writing(settings: Settings, shared_engine: Engine) -> Flask:
    """The app as it runs, with one more page that writes."""
    app = create_app(settings, shared_engine)
    for path, methods in (("/write", ["POST", "PUT", "PATCH", "DELETE"]), ("/read", ["GET"])):
        app.add_url_rule(path, path.strip("/"), csrf.exempt(write), methods=methods)
    return app


def kept(sessions: sessionmaker[Session]) -> bool:
    with sessions() as session:
        return bool(session.scalar(text("select count(*) from colour")))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 302, 303, 304, 399])
def test_an_answer_below_400_commits(writing: Flask, sessions: sessionmaker[Session], status: int) -> None:
    """Seen failing with only answers below 300 committed, and with nothing committed."""
    assert writing.test_client().post(f"/write?status={status}").status_code == status
    assert kept(sessions)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 429, 499, 500, 503])
def test_an_answer_from_400_on_rolls_back(
    writing: Flask, sessions: sessionmaker[Session], status: int
) -> None:
    """Returned by the view itself: no exception is there to roll anything back. Seen failing with answers below 500
    committed, and with ``<= 400`` in place of ``< 400``."""
    assert writing.test_client().post(f"/write?status={status}").status_code == status
    assert not kept(sessions)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_the_rule_holds_for_every_method_that_writes(
    writing: Flask, sessions: sessionmaker[Session], method: str
) -> None:
    """Seen failing with answers below 500 committed, and with nothing committed."""
    http = writing.test_client()
    assert http.open("/write?status=422", method=method).status_code == 422
    assert not kept(sessions)
    assert http.open("/write?status=204", method=method).status_code == 204
    assert kept(sessions)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500])
def test_what_was_aborted_rolls_back(writing: Flask, sessions: sessionmaker[Session], status: int) -> None:
    """An error page is an answer like another. Seen failing with answers below 500 committed, and, for 500, with
    every answer committed."""
    assert writing.test_client().post(f"/write?aborts={status}").status_code == status
    assert not kept(sessions)


@pytest.mark.parametrize("raised", RAISED)
def test_what_was_raised_rolls_back(writing: Flask, sessions: sessionmaker[Session], raised: str) -> None:
    """Seen failing with every answer committed."""
    assert writing.test_client().post(f"/write?raises={raised}").status_code >= 400
    assert not kept(sessions)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_only_reads_cannot_write(writing: Flask, sessions: sessionmaker[Session], method: str) -> None:
    """The database itself refuses it. Seen failing without ``postgresql_readonly``."""
    assert writing.test_client().open("/read?status=200", method=method).status_code == 500
    assert not kept(sessions)


def test_it_is_the_database_that_refuses(settings: Settings, engine: Engine) -> None:
    """So that a page that fails for another reason does not pass for one that may only read. Seen failing without
    ``postgresql_readonly``."""
    app = create_app(settings, engine)
    with (
        app.test_request_context("/", method="GET"),
        pytest.raises(DBAPIError, match="read-only transaction"),
    ):
        db().execute(WRITE, {"number": "TC-2"})
