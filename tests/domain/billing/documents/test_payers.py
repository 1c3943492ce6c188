"""The people who get a company's mails about money."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.payers.letters import mail_payers
from portal.billing.payers.queries import people_who_may
from portal.foundation.clock import utcnow
from portal.foundation.mail import LETTERS, Letter, OutboundMail
from tests.builders import Build

PAY = "invoices:pay"


def names(session: Session, *companies: Company) -> dict[int, list[str]]:
    found = people_who_may(session, PAY, [company.id for company in companies])
    return {company_id: [each.name for each in people] for company_id, people in found.items()}


def test_those_with_the_permission_come_first(build: Build, session: Session) -> None:
    """Else the company's administrators, else its parent's; nobody who has left. Seen failing with the parent's
    people before the company's own, and without the look at who was disabled."""
    parent = build.company("Parent")
    build.user(parent, "company_admin", name="Pat")
    paying, ruled, empty = (build.company(parent_id=parent.id) for _ in range(3))
    build.user(paying, "company_admin", name="Ada")
    build.user(paying, "buyer", name="Bea")
    build.user(paying, "buyer", name="Gone", disabled_at=utcnow())
    build.user(paying, "viewer", name="Vera")
    build.user(ruled, "viewer", name="Vic")
    build.user(ruled, "company_admin", name="Abe")
    assert names(session, paying, ruled, empty) == {
        paying.id: ["Ada", "Bea"],
        ruled.id: ["Abe"],
        empty.id: ["Pat"],
    }


def test_nobody_gets_the_same_mail_twice(build: Build, session: Session) -> None:
    """Seen failing with a key that does not name the person."""

    @dataclass(frozen=True, kw_only=True)
    class PayersProbe(Letter, words="probe"):
        """A letter of this test."""

    try:
        company = build.company()
        people = [build.user(company, "company_admin"), build.user(company, "company_admin")]
        for _ in range(2):
            assert mail_payers(session, PayersProbe(), key="fact:1", company_id=company.id) == 2
        rows = session.execute(select(OutboundMail.to_email, OutboundMail.company_id)).all()
        assert sorted(rows) == sorted((each.email, company.id) for each in people)
    finally:
        del LETTERS["payers_probe"]
