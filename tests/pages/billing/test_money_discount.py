"""The early-payment discount on the pages where money is recorded and put onto invoices."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.foundation.clock import utcnow
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.test_money import key_of, open_of


@pytest.fixture
def company(build: Build, session: Session) -> Company:
    made = build.company("Harbor Painting")
    session.add(PaymentTerms(company_id=made.id, days=30, discount_bp=200, discount_days=10))
    session.commit()
    return made


@pytest.fixture
def invoice(build: Build, company: Company) -> Invoice:
    return make_invoice(build.session, company, net=10_000, on=utcnow().date() - timedelta(days=2))


def test_staff_record_a_cheque_less_the_discount(
    client: PageClient, build: Build, session: Session, company: Company, invoice: Invoice
) -> None:
    """Suggested and filled in. Seen failing: 2.00 stayed open, and the form had no field for it."""
    client.sign_in(build.user(kind="admin").email)
    path = f"/customers/{company.code}/payments"
    client.get(path)
    field = rf'name="discount_{handle("document", invoice.id)}" type="text" value="2.00"'
    assert re.search(field, client.body)
    assert "$98.00 settles it, paid early" in client.text
    form = {"key": key_of(client), "kind": "cheque", "amount": "98.00", "reference": "1001"}
    client.post(path, {**form, "step": "suggest"}, status=200)
    assert re.search(
        rf'name="amount_{handle("document", invoice.id)}" type="text" value="98.00"', client.body
    )
    assert re.search(field, client.body)
    client.post(
        path,
        {
            **form,
            f"amount_{handle('document', invoice.id)}": "98",
            f"discount_{handle('document', invoice.id)}": "x",
        },
        status=422,
    )
    assert "Correct the amounts beside the invoices" in client.text
    client.post(
        path,
        {
            **form,
            f"amount_{handle('document', invoice.id)}": "98",
            f"discount_{handle('document', invoice.id)}": "2.01",
        },
        status=422,
    )
    assert "$2.00 by the agreed terms" in client.text
    client.post(path, {**form, f"amount_{handle('document', invoice.id)}": "98.00"}, status=303)
    assert open_of(session, invoice) == [0]
    client.get(f"/billing/invoices/{invoice.number}")
    assert "Early-payment discount" in client.text
    assert "Pay by" not in client.text


def test_a_buyer_settles_it_with_money_on_account(
    client: PageClient, build: Build, session: Session, company: Company, invoice: Invoice
) -> None:
    payment = pay_offline(build.session, company, 10_000, on=utcnow().date())
    client.sign_in(build.user(company, "buyer").email)
    client.get(f"/credits/cash-{handle('credit', payment.id)}")
    assert re.search(
        rf'name="amount_{handle("document", invoice.id)}" type="text" value="98.00"', client.body
    )
    assert f"discount_{handle('document', invoice.id)}" not in client.body
    form = {"key": key_of(client), f"amount_{handle('document', invoice.id)}": "98.00"}
    client.post(f"/credits/cash-{handle('credit', payment.id)}/applications", form, status=303)
    assert open_of(session, invoice) == [0]
    client.get("/credits")
    assert "$2.00" in client.text
