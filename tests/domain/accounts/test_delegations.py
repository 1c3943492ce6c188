"""Acting for a customer: assigned, consented, reasoned, an hour at most, on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.delegations.queries import delegations_in
from portal.accounts.delegations.use_cases import end_expired, start_acting
from portal.accounts.models import Company, Delegation, User
from portal.accounts.roles import PERMISSIONS
from portal.accounts.sign_in.use_cases.sign_in import Browser, sign_in
from portal.accounts.sign_in.use_cases.sign_out import sign_out
from portal.accounts.staff.use_cases.assignments import unassign_company
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.errors import NotFound, Rejected
from tests.builders import NOW, Build

REASON = "Asked on the phone"


def _rep(session: Session, build: Build, *companies: Company) -> Actor:
    rep = build.rep(*companies)
    signed_in = sign_in(session, user=rep, browser=Browser("", ""), now=NOW, lifetime=timedelta(days=1))
    session.commit()
    return signed_in.actor


def _start(
    session: Session, actor: Actor, company: Company, subject: User | None, **more: object
) -> Delegation:
    stay = start_acting(
        session,
        actor=actor,
        code=company.code,
        subject_user_id=subject.id if subject else None,
        reason=str(more.get("reason", REASON)),
        now=NOW,
    )
    session.commit()
    return stay


def test_an_hour_with_a_reason_on_record(session: Session, build: Build) -> None:
    company = build.company()
    buyer = build.user(company)
    stay = _start(session, _rep(session, build, company), company, buyer)
    assert stay.expires_at - stay.started_at == timedelta(minutes=60)
    row = session.execute(text("select * from touchpoint where name = 'delegation_started'")).mappings().one()
    assert (row["actor_id"], row["subject_user_id"], row["account_id"], row["on_behalf"]) == (
        stay.actor_user_id,
        buyer.id,
        company.id,
        True,
    )
    assert row["delegation_id"] == stay.id


def test_another_reps_company_does_not_exist(session: Session, build: Build) -> None:
    company = build.company()
    buyer = build.user(company)
    with pytest.raises(NotFound):
        _start(session, _rep(session, build, build.company()), company, buyer)


def test_a_disabled_company_does_not_exist(session: Session, build: Build) -> None:
    company = build.company(disabled_at=NOW)
    with pytest.raises(NotFound):
        _start(session, _rep(session, build, company), company, build.user(company))


def test_without_consent_nobody_acts(session: Session, build: Build) -> None:
    company = build.company(acting_consent=False)
    with pytest.raises(Rejected) as no:
        _start(session, _rep(session, build, company), company, build.user(company))
    assert (no.value.code, no.value.outcome) == ("no_consent", "denied")


@pytest.mark.parametrize("reason", ["", "    ", "abcd", " a  b ", "x" * 201])
def test_a_reason_is_needed(session: Session, build: Build, reason: str) -> None:
    company = build.company()
    with pytest.raises(Rejected) as no:
        _start(session, _rep(session, build, company), company, build.user(company), reason=reason)
    assert no.value.field == "reason"


def test_one_acts_for_an_active_person_of_the_company(session: Session, build: Build) -> None:
    company = build.company()
    rep = _rep(session, build, company)
    stranger, gone = build.user(build.company()), build.user(company, disabled_at=NOW)
    for nobody in (stranger, gone, None):
        with pytest.raises(Rejected) as no:
            _start(session, rep, company, nobody)
        assert no.value.field == "subject"
        session.rollback()


def test_a_second_stay_ends_the_first(session: Session, build: Build) -> None:
    first, second = build.company(), build.company()
    rep = _rep(session, build, first, second)
    one = _start(session, rep, first, build.user(first))
    two = _start(session, rep, second, build.user(second))
    session.expire_all()
    assert one.ended_at == NOW
    assert two.ended_at is None


def test_signing_out_ends_the_stay(session: Session, build: Build) -> None:
    company = build.company()
    rep = _rep(session, build, company)
    stay = _start(session, rep, company, build.user(company))
    sign_out(session, actor=rep, now=NOW + timedelta(minutes=5))
    session.commit()
    session.expire_all()
    assert stay.ended_at == NOW + timedelta(minutes=5)
    ended = session.execute(text("select props from touchpoint where name = 'delegation_ended'")).scalar_one()
    assert ended["minutes"] == 5


def test_an_expired_stay_ended_when_its_hour_did(session: Session, build: Build) -> None:
    company = build.company()
    stay = _start(session, _rep(session, build, company), company, build.user(company))
    assert end_expired(session, now=NOW + timedelta(minutes=59)) == 0
    assert end_expired(session, now=NOW + timedelta(hours=3)) == 1
    assert end_expired(session, now=NOW + timedelta(hours=3)) == 0
    session.commit()
    session.expire_all()
    assert stay.ended_at == stay.expires_at
    assert (
        session.execute(text("select count(*) from touchpoint where name = 'delegation_ended'")).scalar() == 1
    )


def test_taking_a_company_from_a_rep_ends_the_stay(session: Session, build: Build) -> None:
    company = build.company()
    rep = _rep(session, build, company)
    stay = _start(session, rep, company, build.user(company))
    unassign_company(session, actor=SYSTEM, rep_id=rep.user_id or 0, code=company.code, now=NOW)
    session.commit()
    session.expire_all()
    assert stay.ended_at == NOW


def test_the_company_reads_its_stays_newest_first(session: Session, build: Build) -> None:
    company, other = build.company(), build.company()
    rep, buyer = build.rep(company, other), build.user(company)
    for hours in reversed(range(25)):
        build.delegation(rep, buyer, company, now=NOW - timedelta(hours=hours))
    build.delegation(rep, build.user(other), other)
    page = delegations_in(session, company.id, now=NOW)
    rest = delegations_in(session, company.id, now=NOW, cursor=page.next_cursor)
    ids = [stay.id for stay in [*page.rows, *rest.rows]]
    assert len(ids) == 25
    assert ids == sorted(ids, reverse=True)
    assert rest.next_cursor is None
    running = [stay for stay in page.rows if stay.ended_at is None]
    assert [stay.started_at for stay in running] == [NOW]  # the others' hours are over


@pytest.mark.parametrize(
    "refused",
    [
        "account:manage",
        "people:read",
        "people:manage",
        "company:manage",
        "approvals:decide",
        "customers:read",
        "lookup:use",
        "staff:manage",
    ],
)
def test_what_is_refused_while_acting(refused: str) -> None:
    assert refused not in PERMISSIONS["acting"]
