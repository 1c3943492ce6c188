"""Facts commit with the change or not at all, once only, with who did it for whom."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company, UserSession
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.clock import from_microseconds
from portal.orders.checkout.facts import OrderCompleted
from portal.touchpoints.identity import fact_id, fingerprint, moment_id
from portal.touchpoints.interaction import Interaction, set_interaction
from portal.touchpoints.kinds import touch_of
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.recording import Event, RecordedTwice, record
from tests.builders import NOW, Build


def order_event(
    actor: Actor, number: str = "100001", props: dict[str, Any] | None = None, **fields: Any
) -> Event:
    what = OrderCompleted(**({"number": number, "lines": 3} if props is None else props))
    given: dict[str, Any] = {"key": f"order_completed:{number}"}
    return Event(what, actor=actor, now=NOW, **{**given, **fields})


def logged(session: Session) -> list[Touchpoint]:
    return list(session.scalars(select(Touchpoint).order_by(Touchpoint.session_seq, Touchpoint.recorded_us)))


def signed_in(build: Build, user_id: int) -> int:
    row = UserSession(
        token_hash=uuid.uuid4().bytes,
        user_id=user_id,
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    build.session.add(row)
    build.session.commit()
    return row.id


def test_a_fact_is_written_with_the_commit_in_one_statement(
    session: Session, build: Build, statements: Any
) -> None:
    company = build.company()
    buyer = build.user(company)
    actor = replace(build.actor(buyer, company), session_id=signed_in(build, buyer.id))
    with statements() as heard:
        for n in range(20):
            record(
                session, order_event(actor, str(n), value_minor=4120, currency="USD", links={"order_id": n})
            )
        assert heard == []
        session.commit()
    assert len(heard) == 1
    rows = logged(session)
    assert [r.session_seq for r in rows] == list(range(1, 21))
    first = rows[0]
    assert first.event_id == fact_id("order_completed:0")
    assert from_microseconds(first.occurred_us) == NOW
    assert first.recorded_us >= first.received_us > first.occurred_us
    assert (first.account_id, first.actor_id, first.actor_role) == (company.id, buyer.id, "customer_user")
    assert (first.subject_user_id, first.on_behalf, first.delegation_id) == (buyer.id, False, None)
    assert (first.value_minor, first.currency, first.order_id) == (4120, "USD", 0)
    assert first.stage == "purchase"
    assert first.task_type == "order"
    assert first.valid
    assert first.xid > 0


def test_a_rollback_discards(session: Session) -> None:
    record(session, order_event(SYSTEM))
    session.rollback()
    session.commit()
    record(session, order_event(SYSTEM, "2"))
    session.close()
    session.commit()
    assert logged(session) == []


def test_a_savepoint_that_is_undone_takes_its_facts_with_it(session: Session) -> None:
    record(session, order_event(SYSTEM, "before"))
    undone = session.begin_nested()
    record(session, order_event(SYSTEM, "undone"))
    undone.rollback()
    with session.begin_nested():
        record(session, order_event(SYSTEM, "kept"))
    session.commit()
    assert {r.props["number"] for r in logged(session)} == {"before", "kept"}


def test_the_change_and_its_fact_commit_together_or_not_at_all(
    sessions: sessionmaker[Session], build: Build
) -> None:
    company = build.company("Before")
    for attempt in range(2):
        with sessions() as session:
            found = session.get_one(Company, company.id)
            found.name = f"After {attempt}"
            record(session, order_event(SYSTEM, "7"))
            if attempt == 0:
                session.commit()
            else:
                with pytest.raises(RecordedTwice, match="order_completed:7"):
                    session.commit()
    with sessions() as session:
        assert session.get_one(Company, company.id).name == "After 0"
        assert len(logged(session)) == 1


def test_bad_properties_are_marked_and_undo_nothing(session: Session) -> None:
    bad: list[dict[str, Any]] = [{"lines": "three"}, {"lines": -1}, {"lines": {1, 2}}]
    for n, props in enumerate(bad):
        record(session, order_event(SYSTEM, str(n), props=props))
    session.commit()
    rows = sorted(logged(session), key=lambda r: r.idempotency_key or "")
    assert [r.valid for r in rows] == [False] * 3
    assert all(r.invalid_reason for r in rows)
    assert [r.props for r in rows] == [{"lines": "three"}, {"lines": -1}, {}]


def test_acting_on_behalf_names_both_and_no_browser(session: Session, build: Build) -> None:
    company = build.company()
    buyer = build.user(company)
    rep = build.rep(company)
    stay = build.delegation(rep, buyer, company)
    actor = build.actor(rep, company, delegation_id=stay.id, acting_for_user_id=buyer.id)
    set_interaction(session, Interaction(visitor_id=uuid.uuid4(), channel="rep_remote"))
    record(session, order_event(actor, "1"))
    record(session, order_event(build.actor(buyer, company), "2"))
    record(session, order_event(build.actor(rep), "3", account_id=company.id))
    session.commit()
    behalf, own, alone = sorted(logged(session), key=lambda r: r.props["number"])
    assert (behalf.actor_id, behalf.subject_user_id, behalf.on_behalf) == (rep.id, buyer.id, True)
    assert (behalf.delegation_id, behalf.visitor_id, behalf.channel) == (stay.id, None, "rep_remote")
    assert own.visitor_id is not None
    assert (alone.actor_id, alone.subject_user_id, alone.visitor_id) == (rep.id, None, None)


def test_the_database_refuses_an_untold_on_behalf(session: Session) -> None:
    record(session, order_event(SYSTEM))
    session.commit()
    with pytest.raises(IntegrityError, match="on_behalf_told"):
        session.execute(
            text(
                "insert into touchpoint (event_id, occurred_us, received_us, recorded_us, fingerprint, source, "
                "schema_ver, name, stage, channel, actor_role, actor_id, subject_user_id) "
                "select gen_random_uuid(), 0, 0, 0, '', source, '', name, stage, channel, 'sales_rep', 1, 2 "
                "from touchpoint"
            )
        )


@pytest.mark.parametrize(
    "statement",
    [
        "update touchpoint set outcome = 'denied'",
        "delete from touchpoint",
        "truncate touchpoint",
        "truncate touchpoint_fact",
        "delete from touchpoint_fact",
        "truncate touchpoint_other",
    ],
)
def test_the_log_is_append_only(session: Session, statement: str) -> None:
    record(session, order_event(SYSTEM))
    session.commit()
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(statement))


def test_mistakes_of_the_code_are_refused_at_once(session: Session) -> None:
    with pytest.raises(ValueError, match="no touchpoint is called"):
        touch_of("order_compleated")
    with pytest.raises(ValueError, match="needs a key"):
        record(session, order_event(SYSTEM, key=None))
    with pytest.raises(ValueError, match="no outcome"):
        record(session, order_event(SYSTEM, outcome="fine"))
    with pytest.raises(ValueError, match="no link"):
        record(session, order_event(SYSTEM, links={"orderid": 1}))


def test_the_fingerprint_says_whether_a_row_was_tampered_with(session: Session, build: Build) -> None:
    company = build.company()
    set_interaction(session, Interaction(visitor_id=uuid.uuid4(), correlation_id="r-1"))
    record(session, order_event(build.actor(build.user(company), company), value_minor=5, currency="USD"))
    session.commit()
    (row,) = logged(session)
    stored = {c.name: getattr(row, c.name) for c in Touchpoint.__table__.columns}
    assert fingerprint(stored) == row.fingerprint
    assert fingerprint({**stored, "value_minor": 6}) != row.fingerprint


def test_a_moments_id_sorts_by_time_and_says_its_version() -> None:
    earlier, later = moment_id(NOW), moment_id(NOW + timedelta(milliseconds=1))
    assert earlier < later
    assert earlier.version == 7
    assert earlier.variant == uuid.RFC_4122
    assert moment_id(NOW) != earlier
