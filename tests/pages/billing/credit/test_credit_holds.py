"""Holds as pages: what is typed wrong stays, and what is done is said."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.credit import CreditAccount
from portal.foundation.mail import OutboundMail
from tests.builders import Build
from tests.page import PageClient


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


def test_a_hold_is_put_and_lifted(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    boss = build.user(company, "company_admin")
    client.sign_in(build.user(kind="admin", name="Maria Chen").email)
    address = f"/customers/{company.code}/hold"
    client.get(address)
    client.post(address, {"action": "hold", "reason": "Why"}, status=422)
    assert "Say why in 5 to 300 characters." in client.text
    assert ">Why</textarea>" in client.body.replace("\n", "").replace("\r", "")
    client.follow(client.post(address, {"action": "hold", "reason": "INV-1 is overdue. Pay it and call us."}))
    for words in ("on hold", "INV-1 is overdue. Pay it and call us.", "by Maria Chen", "Lift the hold"):
        assert words in client.text, words
    client.post(address, {"action": "hold", "reason": "Once more, please."}, status=422)
    assert "This account is on hold already." in client.text
    reader = PageClient(client.http.application)
    reader.sign_in(boss.email)
    for page in ("/", "/account/billing"):
        reader.get(page)
        assert "INV-1 is overdue. Pay it and call us." in reader.text, page
    client.follow(client.post(address, {"action": "lift", "reason": ""}))
    assert "The hold on Harbor Painting is lifted." in client.text
    client.post(address, {"action": "lift"}, status=422)
    assert "no longer on hold" in client.text
    assert session.scalar(select(CreditAccount.on_hold)) is False
    assert [each.kind for each in session.scalars(select(OutboundMail).order_by(OutboundMail.id))] == [
        "account_held",
        "account_released",
    ]
    row = session.execute(text("select session_id, channel from touchpoint where name = 'credit_held'")).one()
    assert row.session_id is not None


def test_a_rep_reads_why(client: PageClient, build: Build, session: Session, company: Company) -> None:
    session.execute(text("update credit_account set on_hold = true, hold_reason = 'Call Maria.'"))
    session.commit()
    client.sign_in(build.rep(company).email)
    client.get(f"/customers/{company.code}")
    assert "Call Maria." in client.text
    assert "Lift the hold" not in client.text


def test_what_a_file_says_for_staff_stays_with_staff(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    """Seen failing on the buyer's start page and account."""
    session.execute(text("update credit_account set on_hold = true, hold_note = 'Owner is insolvent'"))
    session.commit()
    client.sign_in(build.user(company, "company_admin").email)
    for page in ("/", "/account/billing", "/drafts/current"):
        client.get(page)
        assert "insolvent" not in client.text, page
    client.get("/")
    assert "account is on hold" in client.text
    reader = PageClient(client.http.application)
    reader.sign_in(build.rep(company).email)
    reader.get(f"/customers/{company.code}")
    assert "Owner is insolvent (for staff only)" in reader.text
