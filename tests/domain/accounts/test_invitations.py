"""Inviting people: single-use links that expire, and what accepting them does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.invitations.queries import read_invitation
from portal.accounts.invitations.use_cases import accept_invitation, invite, resend_invitation
from portal.accounts.models import Membership, OneTimeToken, User
from portal.accounts.people.use_cases import disable, enable
from portal.accounts.sign_in.use_cases.one_time import DeadLink
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.foundation.tokens import token_hash
from tests.builders import NOW, Build
from tests.domain.accounts.links import NEW, URL, token_of


def _admin(build: Build) -> Actor:
    company = build.company("Harbour Painting")
    return build.actor(build.user(company, "company_admin"), company, "company_admin")


def _invite(session: Session, admin: Actor, email: str = "new@example.com") -> User:
    user = invite(session, actor=admin, email=email, name="New Person", role="buyer", public_url=URL, now=NOW)
    session.commit()
    return user


def test_somebody_new_is_invited_chooses_a_password_and_belongs(session: Session, build: Build) -> None:
    admin = _admin(build)
    user = _invite(session, admin)
    assert user.password_hash is None
    token = token_of(session, "invitation")
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
    token = token_of(session, "invitation")
    assert read_invitation(session, token=token, now=NOW + timedelta(days=7)) is None


def test_somebody_of_another_company_joins_with_the_password_they_have(
    session: Session, build: Build
) -> None:
    known = build.user(build.company())
    before = known.password_hash
    _invite(session, _admin(build), known.email)
    token = token_of(session, "invitation")
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
    token = token_of(session, "invitation")
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
    first = token_of(session, "invitation")
    resend_invitation(session, actor=admin, user_id=user.id, public_url=URL, now=NOW)
    session.commit()
    assert read_invitation(session, token=first, now=NOW) is None
    assert read_invitation(session, token=token_of(session, "invitation"), now=NOW) is not None


def test_who_is_there_is_not_invited(session: Session, build: Build) -> None:
    admin = _admin(build)
    _invite(session, admin)
    _invite(session, admin)  # asking twice before an answer is the same as sending it again
    session.execute(Membership.__table__.update().values(disabled_at=None, invited_at=None))
    session.commit()
    with pytest.raises(Rejected, match="in your list already"):
        _invite(session, admin)


@pytest.mark.parametrize("who", ["staff", "disabled"])
def test_who_cannot_join_is_told_so_and_nobody_else(session: Session, build: Build, who: str) -> None:
    """Seen failing with "This address can't be invited", with the link in the mail, and with a rep who had joined."""
    person = build.rep() if who == "staff" else build.user(build.company(), disabled_at=NOW)
    user = _invite(session, _admin(build), person.email)
    mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "invitation")).one()
    assert (user.id, mail.to_email) == (person.id, person.email)
    assert (mail.data["barred"], mail.data["link"]) == (who, "")
    made = session.scalars(select(OneTimeToken)).one()
    made.token_hash = token_hash("guessed")
    session.commit()
    with pytest.raises(DeadLink):
        accept_invitation(session, token="guessed", name="X", password=NEW, now=NOW)
    session.rollback()
    assert session.get_one(Membership, (person.id, made.company_id)).disabled_at is not None


def test_only_open_invitations_of_the_own_company_are_sent_again(session: Session, build: Build) -> None:
    user = _invite(session, _admin(build))
    with pytest.raises(NotFound):
        resend_invitation(session, actor=_admin(build), user_id=user.id, public_url=URL, now=NOW)
