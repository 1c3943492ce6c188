"""Jobs that were given up are seen by operators, and can be tried again."""

from __future__ import annotations

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.sign_in.letters import PasswordChanged
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.cli import cli
from portal.foundation.jobs import defer
from portal.foundation.mail import Mail, To, send
from portal.verification.run import verify
from tests.builders import Build
from tests.page import PageClient

# A job is begun before it fails; a periodic one has a lock of its name.
GIVE_UP = (
    "update procrastinate_jobs set status = 'doing'",
    "update procrastinate_jobs set status = 'failed', attempts = 55",
)


def give_up(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        defer(session, CHARGE, {"row_id": 19})
    for statement in GIVE_UP:
        with sessions.begin() as session:
            session.execute(text(statement))


def test_it_is_named_until_it_is_tried_again(
    app: Flask, client: PageClient, build: Build, sessions: sessionmaker[Session]
) -> None:
    """On the administrator's page, at /readyz and by portal verify. Seen failing with jobs of money left out."""
    admin = build.user(kind="admin")
    give_up(sessions)
    engine = app.extensions["engine"]
    (finding,) = verify(engine).findings
    assert finding.check.name == "jobs_given_up"
    assert finding.rows[0][1:] == [CHARGE, '{"row_id": 19}', "55 tries"]
    answer = client.http.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["jobs"] == {"late": 0, "retrying": 0, "given_up": 1}
    client.sign_in(admin.email)
    client.get("/")
    assert "1 job gave up" in client.text
    assert "portal retry-jobs" in client.text
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    said = CliRunner().invoke(cli, ["retry-jobs"], env={"DATABASE_URL": url, "PORTAL_ENV": "development"})
    assert said.output == "1 job will be tried again.\n"
    with sessions() as session:
        assert session.execute(text("select status::text, attempts from procrastinate_jobs")).all() == [
            ("todo", 0)
        ]
    assert verify(engine).ok


def test_a_job_that_fails_again_and_again_is_told_before_it_is_given_up(
    client: PageClient, build: Build, sessions: sessionmaker[Session]
) -> None:
    admin = build.user(kind="admin")
    with sessions.begin() as session:
        defer(session, CHARGE, {"row_id": 19})
        session.execute(text("update procrastinate_jobs set attempts = 3"))
    client.sign_in(admin.email)
    client.get("/")
    assert "1 job failed three times and more" in client.text
    assert client.http.get("/readyz").get_json()["jobs"]["retrying"] == 1


def test_a_job_that_nobody_runs_is_late(
    client: PageClient, build: Build, sessions: sessionmaker[Session]
) -> None:
    """Also one that was never tried. Seen failing with the time of its next try alone, which such a job has not."""
    admin = build.user(kind="admin")
    with sessions.begin() as session:
        defer(session, CHARGE, {"row_id": 19})
        session.execute(text("update procrastinate_events set at = at - interval '6 minutes'"))
    client.sign_in(admin.email)
    client.get("/")
    assert "1 job should have run more than 5 minutes ago" in client.text
    assert client.http.get("/readyz").get_json()["jobs"]["late"] == 1


def test_a_round_that_failed_yesterday_is_no_longer_told(app: Flask, sessions: sessionmaker[Session]) -> None:
    """A periodic job comes again in its next hour. Seen failing with every failed job counted."""
    give_up(sessions)
    with sessions.begin() as session:
        session.execute(text("update procrastinate_jobs set queueing_lock = 'billing.remind'"))
    assert not verify(app.extensions["engine"]).ok
    with sessions.begin() as session:
        session.execute(text("update procrastinate_events set at = at - interval '25 hours'"))
    assert verify(app.extensions["engine"]).ok


def test_mails_that_wait_fail_and_were_given_up_are_counted(
    app: Flask, client: PageClient, sessions: sessionmaker[Session]
) -> None:
    """By /readyz and by portal verify; a mail that was sent is none of them."""
    with sessions.begin() as session:
        letter = PasswordChanged(name="Ann")
        send(session, *(Mail(key=f"m{n}", letter=letter, to=To("a@example.com")) for n in range(5)))
        session.execute(
            text("update outbound_mail set failure = 'it is tried again' where key in ('m1', 'm2')")
        )
        session.execute(text("update outbound_mail set failed_at = now(), failure = 'no' where key = 'm3'"))
        session.execute(text("update outbound_mail set sent_at = now() where key = 'm4'"))
    assert client.http.get("/readyz").get_json()["mails"] == {"waiting": 3, "tried_in_vain": 2, "given_up": 1}
    counts = verify(app.extensions["engine"]).figures.counts
    assert (counts["mails_waiting"], counts["mails_given_up"]) == (3, 1)
