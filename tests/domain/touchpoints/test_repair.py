"""The log is append-only and can still be put right: a wrong row is voided by a new one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from portal.cli import cli
from portal.foundation.actor import SYSTEM
from portal.foundation.errors import NotFound
from portal.touchpoints.facts import ScriptFailed
from portal.touchpoints.kinds import touch_of
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.queries import timeline
from portal.touchpoints.recording import Event, record
from portal.touchpoints.use_cases import void_invalid, void_touchpoints
from portal.verification.run import verify
from tests.builders import Build

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)


def wrong_fact(session: Session, number: int, account_id: int | None = None) -> uuid.UUID:
    """A row that the code wrote wrongly: a word where a count belongs."""
    props: dict[str, Any] = {"lines": "three"}
    what = touch_of("order_completed", props)
    key = f"order_completed:{number}"
    record(session, Event(what, actor=SYSTEM, now=NOW, key=key, account_id=account_id))
    session.commit()
    return session.scalars(select(Touchpoint.event_id).where(Touchpoint.idempotency_key == key)).one()


def broken(engine: Engine) -> int:
    findings = {finding.check.name: finding.count for finding in verify(engine).findings}
    return findings.get("valid_touchpoints", 0)


def test_a_wrong_row_fails_until_it_is_voided(session: Session, engine: Engine) -> None:
    """Seen failing with the check that did not look at ``voids_event_id``."""
    wrong = wrong_fact(session, 1)
    assert broken(engine) == 1
    assert void_invalid(session, now=NOW) == 1
    session.commit()
    assert broken(engine) == 0
    row = session.scalars(select(Touchpoint).where(Touchpoint.voids_event_id == wrong)).one()
    assert (row.name, row.valid) == ("touchpoint_voided", True)
    assert row.props == {"voided": "order_completed", "reason": "invalid"}
    assert void_invalid(session, now=NOW) == 0


def test_a_row_is_voided_once_in_its_own_account(build: Build, session: Session) -> None:
    """Seen failing with the account left out, and without looking for what voids it already."""
    company = build.company()
    wrong = wrong_fact(session, 2, company.id)
    assert void_touchpoints(session, ids=[wrong, wrong], reason="mistake", now=NOW) == 1
    session.commit()
    rows = timeline(session, account_id=company.id).rows
    assert {row.name for row in rows} == {"touchpoint_voided", "order_completed"}
    assert void_touchpoints(session, ids=[wrong], reason="mistake", now=NOW) == 0


def test_only_a_row_that_is_there_can_be_voided(session: Session) -> None:
    with pytest.raises(NotFound):
        void_touchpoints(session, ids=[uuid.uuid4()], reason="mistake", now=NOW)


def test_samples_of_browsers_are_counted_and_fail_nothing(session: Session, engine: Engine) -> None:
    """Anybody can send one. Seen failing with samples held like facts."""
    sample = Event(ScriptFailed(page=7), actor=SYSTEM, now=NOW, source="portal_client")  # type: ignore[arg-type]
    record(session, sample)
    session.commit()
    verdict = verify(engine)
    assert "valid_touchpoints" not in {finding.check.name for finding in verdict.findings}
    assert verdict.counts["invalid_samples"] == 1


def test_the_command_lists_and_voids(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing with ``--check`` that voided."""
    wrong = wrong_fact(session, 3)
    url = engine.url.render_as_string(hide_password=False)
    run = CliRunner(env={"DATABASE_URL": url}).invoke
    listed = run(cli, ["repair-touchpoints", "--check"])
    assert f"{wrong}  order_completed" in listed.output
    assert "1 touchpoint is not valid." in listed.output
    assert broken(engine) == 1
    assert run(cli, ["repair-touchpoints"]).output == "1 touchpoint voided.\n"
    assert broken(engine) == 0
    unknown = run(cli, ["repair-touchpoints", str(uuid.uuid4())])
    assert unknown.exit_code != 0
    assert "There is no touchpoint with this id" in unknown.output
    again = run(cli, ["repair-touchpoints", str(wrong), "--reason", "duplicate"])
    assert again.output == "0 touchpoints voided.\n"


def test_the_log_itself_stays_as_it_was(session: Session) -> None:
    wrong = wrong_fact(session, 4)
    void_invalid(session, now=NOW)
    session.commit()
    kept = session.execute(
        text("select valid, props from touchpoint where event_id = :id"), {"id": wrong}
    ).one()
    assert (kept.valid, kept.props) == (False, {"lines": "three"})
