"""Links by mail: single use, short life, only the newest, and nothing of them kept."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.invitations.use_cases import (
    accept_invitation,
    invite,
    read_invitation,
    resend_invitation,
)
from portal.accounts.models import Membership, OneTimeToken, User, UserSession
from portal.accounts.people.use_cases import disable, enable
from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.use_cases.credentials import request_reset, reset_password
from portal.accounts.sign_in.use_cases.sign_in import Browser, sign_in
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from tests.builders import NOW, Build

NEW = "a long new phrase"
URL = "https://orders.example.com"


def _token(session: Session, kind: str) -> str:
    mail = session.scalars(
        select(OutboundMail).where(OutboundMail.kind == kind).order_by(OutboundMail.id.desc())
    ).first()
    assert mail is not None
    assert mail.data["secret"] is True
    found = re.fullmatch(r"https://orders\.example\.com/\w+\?token=(\S+)", mail.data["link"])
    assert found
    return found.group(1)


def _ask(session: Session, person: User) -> str:
    request_reset(session, email=person.email, public_url=URL, now=NOW)
    session.commit()
    return _token(session, "password_reset")


def _admin(build: Build) -> Actor:
    company = build.company("Harbour Painting")
    return build.actor(build.user(company, "company_admin"), company, "company_admin")


def _invite(session: Session, admin: Actor, email: str = "new@example.com") -> User:
    user = invite(session, actor=admin, email=email, name="New Person", role="buyer", public_url=URL, now=NOW)
    session.commit()
    return user


def test_a_reset_changes_the_password_and_ends_all_sessions(session: Session, build: Build) -> None:
    person = build.user(build.company())
    sign_in(session, user=person, browser=Browser("", ""), now=NOW, lifetime=timedelta(days=30))
    session.commit()
    token = _ask(session, person)
    reset_password(session, token=token, password=NEW, now=NOW)
    session.commit()
    assert session.scalars(select(UserSession.ended_at)).all() == [NOW]
    stored = session.get_one(User, person.id, populate_existing=True).password_hash
    assert passwords.verify(stored, NEW)
    with pytest.raises(Rejected, match="used or is too old"):
        reset_password(session, token=token, password="another long phrase", now=NOW)


def test_the_database_never_holds_the_token(session: Session, build: Build) -> None:
    token = _ask(session, build.user(build.company()))
    row = session.scalars(select(OneTimeToken)).one()
    assert token.encode() not in row.token_hash
    assert len(row.token_hash) == 32
    jobs = session.execute(text("select args::text from procrastinate_jobs")).scalars().all()
    assert len(jobs) == 1
    assert token not in jobs[0]


def test_nothing_is_sent_to_who_is_unknown_or_disabled(session: Session, build: Build) -> None:
    disabled = build.user(build.company(), disabled_at=NOW)
    for email in ("nobody@example.com", disabled.email):
        request_reset(session, email=email, public_url=URL, now=NOW)
    session.commit()
    assert session.scalars(select(OutboundMail)).all() == []


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (60, False)])
def test_a_reset_link_lives_an_hour(session: Session, build: Build, minutes: int, works: bool) -> None:
    token = _ask(session, build.user(build.company()))
    later = NOW + timedelta(minutes=minutes)
    if works:
        reset_password(session, token=token, password=NEW, now=later)
    else:
        with pytest.raises(Rejected):
            reset_password(session, token=token, password=NEW, now=later)


def test_only_the_newest_link_works(session: Session, build: Build) -> None:
    person = build.user(build.company())
    first, second = _ask(session, person), _ask(session, person)
    with pytest.raises(Rejected):
        reset_password(session, token=first, password=NEW, now=NOW)
    session.rollback()
    reset_password(session, token=second, password=NEW, now=NOW)


@pytest.mark.parametrize("weak", ["short", "password123", "aaaaaaaaaaaa", "x" * 201])
def test_a_weak_password_leaves_the_link_good(session: Session, build: Build, weak: str) -> None:
    token = _ask(session, build.user(build.company()))
    with pytest.raises(Rejected) as no:
        reset_password(session, token=token, password=weak, now=NOW)
    assert no.value.field == "password"
    session.rollback()
    reset_password(session, token=token, password=NEW, now=NOW)


def test_a_reset_link_is_no_invitation(session: Session, build: Build) -> None:
    token = _ask(session, build.user(build.company()))
    assert read_invitation(session, token=token, now=NOW) is None
    with pytest.raises(Rejected):
        accept_invitation(session, token=token, name="X", password=NEW, now=NOW)


def test_two_clicks_at_once_count_once(
    session: Session, sessions: sessionmaker[Session], build: Build
) -> None:
    token = _ask(session, build.user(build.company()))
    start = Barrier(8)

    def click(n: int) -> bool:
        start.wait()
        with sessions() as own:
            try:
                reset_password(own, token=token, password=f"{NEW} {n}", now=NOW)
            except Rejected:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(click, range(8))) == [False] * 7 + [True]


def test_somebody_new_is_invited_chooses_a_password_and_belongs(session: Session, build: Build) -> None:
    admin = _admin(build)
    user = _invite(session, admin)
    assert user.password_hash is None
    token = _token(session, "invitation")
    seen = read_invitation(session, token=token, now=NOW + timedelta(days=6))
    assert seen is not None
    assert (seen.company_name, seen.role_label, seen.needs_password) == ("Harbour Painting", "Buyer", True)
    _, is_new = accept_invitation(session, token=token, name="Ana Ruiz", password=NEW, now=NOW)
    session.commit()
    membership = session.get_one(Membership, (user.id, admin.company_id), populate_existing=True)
    assert is_new
    assert (membership.role, membership.disabled_at, membership.invited_at) == ("buyer", None, None)
    with pytest.raises(Rejected):
        accept_invitation(session, token=token, name="Ana Ruiz", password=NEW, now=NOW)


def test_an_invitation_lives_a_week(session: Session, build: Build) -> None:
    _invite(session, _admin(build))
    token = _token(session, "invitation")
    assert read_invitation(session, token=token, now=NOW + timedelta(days=7)) is None


def test_somebody_of_another_company_joins_with_the_password_they_have(
    session: Session, build: Build
) -> None:
    known = build.user(build.company())
    before = known.password_hash
    _invite(session, _admin(build), known.email)
    token = _token(session, "invitation")
    user, is_new = accept_invitation(session, token=token, name=None, password=None, now=NOW)
    session.commit()
    assert not is_new
    assert (user.name, user.password_hash) == (known.name, before)
    assert (
        session.scalar(
            select(func.count()).where(Membership.disabled_at.is_(None), Membership.user_id == user.id)
        )
        == 2
    )


def test_a_withdrawn_invitation_cannot_be_accepted(session: Session, build: Build) -> None:
    admin = _admin(build)
    user = _invite(session, admin)
    token = _token(session, "invitation")
    disable(session, actor=admin, user_id=user.id, now=NOW)
    session.commit()
    with pytest.raises(Rejected):
        accept_invitation(session, token=token, name="X", password=NEW, now=NOW)
    session.rollback()
    with pytest.raises(NotFound):
        enable(session, actor=admin, user_id=user.id, now=NOW)


def test_sending_it_again_kills_the_first_link(session: Session, build: Build) -> None:
    admin = _admin(build)
    user = _invite(session, admin)
    first = _token(session, "invitation")
    resend_invitation(session, actor=admin, user_id=user.id, public_url=URL, now=NOW)
    session.commit()
    assert read_invitation(session, token=first, now=NOW) is None
    assert read_invitation(session, token=_token(session, "invitation"), now=NOW) is not None


def test_who_is_there_or_is_staff_is_not_invited(session: Session, build: Build) -> None:
    admin = _admin(build)
    _invite(session, admin)
    _invite(session, admin)  # asking twice before an answer is the same as sending it again
    session.execute(Membership.__table__.update().values(disabled_at=None, invited_at=None))
    session.commit()
    with pytest.raises(Rejected, match="in your list already"):
        _invite(session, admin)
    session.rollback()
    with pytest.raises(Rejected, match="can't be invited"):
        _invite(session, admin, build.rep().email)


def test_only_open_invitations_of_the_own_company_are_sent_again(session: Session, build: Build) -> None:
    user = _invite(session, _admin(build))
    with pytest.raises(NotFound):
        resend_invitation(session, actor=_admin(build), user_id=user.id, public_url=URL, now=NOW)
