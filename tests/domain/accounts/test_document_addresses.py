"""Addresses for documents: asked first, changed and removed by those who may, and by whoever reads the mailbox."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import addresses_of, mailboxes
from portal.accounts.document_addresses.rules import MOST_OF_ONE, Wish, kinds_words
from portal.accounts.document_addresses.use_cases import (
    add_address,
    ask_again,
    change_address,
    confirm_address,
    find_removable,
    find_unconfirmed,
    remove_address,
    remove_by_link,
)
from portal.accounts.models import Company
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build

EMAIL = "ap@harbor.example"
WISH = Wish("to", ("invoice", "receipt"), attach_pdf=True, pay_link=False)


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def admin(build: Build, company: Company) -> Actor:
    return build.actor(build.user(company, "company_admin"), company, "company_admin")


def add(session: Session, admin: Actor, company: Company, email: str = EMAIL, wish: Wish = WISH) -> int:
    made = add_address(session, actor=admin, now=NOW, company=company, email=email, wish=wish)
    session.commit()
    return made.id


def token(session: Session) -> str:
    """That of the newest question."""
    mail = session.scalars(select(OutboundMail).order_by(OutboundMail.id.desc())).first()
    assert mail is not None
    found = re.fullmatch(r"/document-addresses/confirmation\?token=(\S+)", mail.data["path"])
    assert found
    assert mail.data["secret"]
    return found[1]


def acts(session: Session) -> list[str]:
    query = select(Touchpoint).where(Touchpoint.name == "document_address_changed")
    return sorted(each.props["action"] for each in session.scalars(query))


def test_it_gets_nothing_before_it_says_yes(session: Session, admin: Actor, company: Company) -> None:
    """Seen failing without the question: anybody's mailbox could be filled with somebody's documents."""
    add(session, admin, company)
    assert mailboxes(session, "invoice", [company.id]) == {}
    assert confirm_address(session, token="wrong", now=NOW) is None
    assert find_unconfirmed(session, token=token(session), now=NOW + timedelta(days=8)) is None
    assert confirm_address(session, token=token(session), now=NOW) is not None
    session.commit()
    found = mailboxes(session, "invoice", [company.id])[company.id]
    assert [(each.email, each.delivery, each.attach_pdf) for each in found] == [(EMAIL, "to", True)]
    assert mailboxes(session, "statement", [company.id]) == {}
    assert confirm_address(session, token=token(session), now=NOW) is None
    assert acts(session) == ["added", "confirmed"]


def test_a_new_question_ends_the_earlier_one(session: Session, admin: Actor, company: Company) -> None:
    number = add(session, admin, company)
    first = token(session)
    ask_again(session, actor=admin, now=NOW + timedelta(hours=1), company=company, address_id=number)
    session.commit()
    assert confirm_address(session, token=first, now=NOW + timedelta(hours=1)) is None
    assert confirm_address(session, token=token(session), now=NOW + timedelta(hours=1)) is not None
    with pytest.raises(NotFound):
        ask_again(session, actor=admin, now=NOW, company=company, address_id=number)


def test_whoever_reads_the_mailbox_ends_it(session: Session, admin: Actor, company: Company) -> None:
    add(session, admin, company)
    confirm_address(session, token=token(session), now=NOW)
    (box,) = mailboxes(session, "invoice", [company.id])[company.id]
    assert find_removable(session, token=box.removal_token) is not None
    assert remove_by_link(session, token=box.removal_token, now=NOW) is not None
    session.commit()
    assert addresses_of(session, company.id) == []
    assert remove_by_link(session, token=box.removal_token, now=NOW) is None
    assert acts(session) == ["added", "confirmed", "removed"]


def test_what_it_gets_is_changed_and_logged(session: Session, admin: Actor, company: Company) -> None:
    number = add(session, admin, company)
    wish = Wish("cc", ("statement",), attach_pdf=False, pay_link=True)
    done = [
        change_address(session, actor=admin, now=NOW, company=company, address_id=number, wish=wish)
        for _ in range(2)
    ]
    session.commit()
    assert done == [True, False]
    noted = session.scalars(select(Touchpoint).where(Touchpoint.props["action"].astext == "changed")).one()
    assert "delivery=to" in noted.props["before"]
    assert "delivery=cc" in noted.props["after"]
    assert EMAIL not in str(noted.props)
    assert noted.valid, noted.invalid_reason


def test_another_company_s_is_not_there(
    session: Session, build: Build, admin: Actor, company: Company
) -> None:
    number = add(session, admin, company)
    other = build.company()
    theirs = build.actor(build.user(other, "company_admin"), other, "company_admin")
    buyer = build.actor(build.user(company), company)
    for who, of in ((theirs, other), (theirs, company), (buyer, company)):
        with pytest.raises(NotFound):
            remove_address(session, actor=who, now=NOW, company=of, address_id=number)
        with pytest.raises(NotFound):
            change_address(session, actor=who, now=NOW, company=of, address_id=number, wish=WISH)
    ours = build.actor(build.user(kind="admin"))
    assert remove_address(session, actor=ours, now=NOW, company=company, address_id=number) == EMAIL


def test_what_is_refused(session: Session, admin: Actor, company: Company) -> None:
    add(session, admin, company)
    nothing = Wish("to", (), attach_pdf=True, pay_link=False)
    for email, wish, code in ((EMAIL, WISH, "there_already"), ("b@harbor.example", nothing, "no_kind")):
        with pytest.raises(Rejected) as refused:
            add(session, admin, company, email, wish)
        assert refused.value.code == code
    for n in range(MOST_OF_ONE - 1):
        add(session, admin, company, f"box{n}@harbor.example")
    with pytest.raises(Rejected, match="20 addresses at most"):
        add(session, admin, company, "one-more@harbor.example")


def test_kinds_in_words() -> None:
    assert kinds_words(["receipt", "invoice"]) == "Invoices, receipts"
