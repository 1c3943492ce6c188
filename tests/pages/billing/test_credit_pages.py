"""Holds, promises, disputes and the policy of reminders as pages: what is typed wrong stays, and what is done is said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.credit import CreditAccount, PaymentTerms
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.foundation.mail import OutboundMail
from tests.builders import Build, today
from tests.invoices import make_invoice
from tests.page import PageClient

Counting = Callable[[], AbstractContextManager[list[str]]]


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
    assert "not on hold any more" in client.text
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


def test_a_dispute_from_opening_to_answer(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice = make_invoice(session, company, net=10_000)
    client.sign_in(build.user(company, name="Dana Ortiz").email)
    address = f"/invoices/{invoice.number}/disputes"
    client.get(address)
    assert 'value="100.00"' in client.body
    wrong = {"amount": "100.01", "reason": "price", "note": "Agreed was 41.20"}
    client.post(address, wrong, status=422)
    assert "at most $100.00" in client.text
    assert "Agreed was 41.20" in client.text
    client.post(address, {**wrong, "amount": "ten"}, status=422)
    assert "Enter an amount like 1,234.50." in client.text
    client.post(address, {**wrong, "amount": "10", "reason": "weather"}, status=422)
    client.follow(client.post(address, {**wrong, "amount": "10.50"}))
    assert "We look into" in client.text
    client.get(address)
    assert "Waits for our answer" in client.text
    client.post(address, {**wrong, "amount": "1"}, status=422)
    assert "open already" in client.text
    dispute = session.scalars(select(InvoiceDispute)).one()
    staff = PageClient(client.http.application)
    staff.sign_in(build.user(kind="admin", name="Maria Chen").email)
    answer = f"/customers/{company.code}/disputes/{dispute.id}"
    staff.get(answer)
    assert "Agreed was 41.20" in staff.text
    staff.post(answer, {"outcome": "credited", "amount": "10.50", "answer": ""}, status=422)
    assert "Write an answer" in staff.text
    staff.post(answer, {"outcome": "credited", "amount": "x", "answer": "You are right."}, status=422)
    staff.follow(staff.post(answer, {"outcome": "credited", "amount": "10.50", "answer": "You are right."}))
    client.get(address)
    for words in ("Credited", "You are right.", "Maria Chen", "credit memo CM-", "$89.50"):
        assert words in client.text, words
    staff.post(answer, {"outcome": "upheld", "answer": "Once more"}, status=422)
    assert "closed already" in staff.text
    mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "dispute_settled")).one()
    assert mail.data["outcome"] == "credited"


def test_a_dispute_is_taken_back(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice = make_invoice(session, company)
    client.sign_in(build.user(company).email)
    address = f"/invoices/{invoice.number}/disputes"
    client.post(address, {"amount": "1", "reason": "other", "note": ""})
    client.get(address)
    client.follow(client.post(f"{address}/withdrawal"))
    assert "It is taken back." in client.text
    assert session.scalar(select(InvoiceDispute.outcome)) == "withdrawn"


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
