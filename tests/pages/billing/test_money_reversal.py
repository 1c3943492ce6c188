"""Taking a recorded payment back, and the warning of one that looks like another, on the pages."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.payments import Payment
from portal.foundation.clock import local, utcnow
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.invoices import make_invoice
from tests.page import PageClient
from tests.pages.billing.test_money import key_of, open_of


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


def test_a_returned_cheque(client: PageClient, build: Build, session: Session, company: Company) -> None:
    invoice = make_invoice(build.session, company, net=9_800, on=utcnow().date())
    client.sign_in(build.user(kind="admin").email)
    path = f"/customers/{company.code}/payments"
    client.get(path)
    form = {"kind": "cheque", "amount": "98.00", "reference": "1001"}
    client.follow(
        client.post(
            path,
            {**form, "key": key_of(client), f"amount_{handle('document', invoice.id)}": "98"},
            status=303,
        )
    )
    number = session.scalars(select(Payment.number)).one()
    assert "Take the entry back" in client.text
    client.get(path)
    again = {**form, "key": key_of(client)}
    client.post(path, again, status=422)
    assert f"Cheque 1001 over $98.00 was recorded before: {number}" in client.text
    assert "This is another payment" in client.text
    client.post(path, {**again, "again": "y", "rest": "y"}, status=303)
    at = f"/billing/payments/{number}"
    client.follow(client.post(f"{at}/reversal", {"reason": "lost"}, status=303))
    assert "Choose why it is taken back" in client.text
    client.follow(client.post(f"{at}/reversal", {"reason": "bounced", "note": "No funds"}, status=303))
    assert "is taken back. What it had paid is open as before" in client.text
    assert "Cheque 1001 returned" in client.text
    assert "The entry was taken back: there is no money" in client.text
    client.follow(client.post(f"{at}/reversal", {"reason": "bounced"}, status=303))
    assert "It had been taken back before" in client.text
    assert open_of(session, invoice) == [9_800]
    client.get(f"/billing/invoices/{invoice.number}")
    assert "Cheque 1001 returned" in client.text
    client.post("/sign-out")
    client.sign_in(build.user(company, "buyer").email)
    client.get("/payments")
    assert "Taken back" in client.text
    assert "Returned by the bank" in client.text
    client.get(f"/statements/{local(utcnow(), 'America/New_York'):%Y-%m}")
    assert "Cheque 1001 returned" in client.text
