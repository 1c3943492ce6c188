"""The reminder policy as pages; budgets of the forms around an invoice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.credit import PaymentTerms
from tests.builders import Build
from tests.invoices import make_invoice
from tests.page import PageClient

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


def test_the_policy_of_reminders(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    """The company's administrator and ours, each on their page; what cannot be read is said beside its field."""
    client.sign_in(build.user(company, "company_admin").email)
    client.get("/account/billing")
    assert "When we write about open invoices" in client.text
    client.get("/reminders")
    assert "3 days before the due day, on it and 7, 21 and 45 days after it." in client.text
    client.post("/reminders", {"remind": "y", "before": "5", "overdue": "10, x"}, status=422)
    assert "Type whole days" in client.text
    assert 'value="10, x"' in client.body
    client.follow(client.post("/reminders", {"remind": "y", "before": "5", "overdue": "10 20"}))
    assert "5 days before the due day and 10 and 20 days after it." in client.text
    terms = session.scalars(select(PaymentTerms)).one()
    assert (terms.remind, terms.remind_at, terms.days) == (True, [-5, 10, 20], company.terms_days)
    assert not terms.mail_statements
    client.get("/reminders")
    client.post("/reminders", {"remind": "y", "statements": "y", "before": "5", "overdue": "10 20"})
    session.expire_all()
    assert session.scalars(select(PaymentTerms.mail_statements)).one()
    staff = PageClient(client.http.application)
    staff.sign_in(build.user(kind="admin").email)
    address = f"/customers/{company.code}/reminders"
    staff.get(address)
    staff.follow(staff.post(address, {"before": "0", "at_due": "y", "overdue": ""}))
    assert "No mails about invoices" in staff.text
    session.expire_all()
    assert session.scalars(select(PaymentTerms)).one().remind is False


def test_statements(
    client: PageClient, build: Build, session: Session, company: Company, statements: Counting
) -> None:
    invoice = make_invoice(session, company)
    client.sign_in(build.user(company, "company_admin").email)
    for address, most in (
        (f"/invoices/{invoice.number}/promises", 4),
        (f"/invoices/{invoice.number}/disputes", 4),
        ("/reminders", 4),
    ):
        with statements() as heard:
            client.get(address)
        assert len(heard) <= most, (address, heard)
