"""Promising to pay an invoice, on its page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.promises_to_pay import PaymentPromise
from tests.builders import Build, today
from tests.invoices import make_invoice
from tests.page import PageClient


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


def test_a_promise(client: PageClient, build: Build, session: Session, company: Company) -> None:
    invoice = make_invoice(session, company)
    client.sign_in(build.user(company).email)
    address = f"/invoices/{invoice.number}/promises"
    client.get(address)
    far = (today() + timedelta(days=61)).isoformat()
    for day, words in ((far, "within 60 days"), ("", "Choose the day"), ("x", "Not a valid date")):
        client.post(address, {"promised_on": day, "note": "After the 5th"}, status=422)
        assert words in client.text, day
        assert 'value="After the 5th"' in client.body
    day = today() + timedelta(days=10)
    client.follow(client.post(address, {"promised_on": day.isoformat(), "note": "After the 5th"}))
    assert "We send no reminders of it until then." in client.text
    assert "Promised" in client.text
    made = session.scalars(select(PaymentPromise)).one()
    assert (made.promised_on, made.note) == (day, "After the 5th")
    row = session.execute(
        text("select session_id, promise_id from touchpoint where name = 'payment_promised'")
    ).one()
    assert row.session_id is not None
    assert row.promise_id == made.id
    client.get(address)
    client.follow(client.post(f"{address}/withdrawal"))
    assert "The promise is taken back." in client.text
    client.follow(client.post(f"{address}/withdrawal"))
    assert "There was no promise to take back." in client.text
