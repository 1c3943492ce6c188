"""Staff send a document again, or a link to pay it, to addresses that the customer has; to nobody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.models.document_addresses import DocumentAddress
from portal.billing.models.links import PayLink
from portal.billing.models.payments import Payment
from portal.foundation.clock import utcnow
from portal.foundation.mail import OutboundMail
from portal.touchpoints.models import Touchpoint
from tests.builders import Build, today
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.test_money import key_of


@pytest.fixture
def company(build: Build) -> Company:
    company = build.company("Harbor Painting", email="ap@harbor.example")
    build.user(company, "buyer", email="dana@harbor.example", name="Dana Ortiz")
    build.user(build.company("Other"), email="mo@other.example")
    return company


@pytest.fixture
def admin(client: PageClient, build: Build) -> PageClient:
    client.sign_in(build.user(kind="admin", name="Ada Admin").email)
    return client


def mails(session: Session, kind: str) -> list[OutboundMail]:
    session.expire_all()
    query = select(OutboundMail).where(OutboundMail.kind == kind).order_by(OutboundMail.to_email)
    return list(session.scalars(query))


def test_an_invoice_goes_out_again(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    """Seen failing with a recipient that was typed, and with two mails for a form that was sent twice."""
    invoice = make_invoice(build.session, company, net=10_000)
    admin.get(f"/billing/invoices/{invoice.number}")
    path = f"/billing/invoices/{invoice.number}/copies"
    assert path in admin.body
    admin.get(path)
    assert "Dana Ortiz, dana@harbor.example" in admin.text
    assert "Harbor Painting, ap@harbor.example" in admin.text
    assert "other.example" not in admin.text
    form = {"key": key_of(admin), "to": ["dana@harbor.example", "ap@harbor.example"]}
    for wrong in ([], ["mo@other.example"], ["dana@harbor.example", "anybody@example.com"]):
        admin.post(path, {**form, "to": wrong}, status=422)
        assert "Choose at least one of these addresses." in admin.text
    assert mails(session, "document_copy") == []
    for _again in range(2):
        answer = admin.post(path, form, status=303)
    admin.follow(answer)
    assert "It is on its way to ap@harbor.example and dana@harbor.example." in admin.text
    sent = mails(session, "document_copy")
    assert [each.to_email for each in sent] == ["ap@harbor.example", "dana@harbor.example"]
    assert sent[0].data["what"] == f"Invoice {invoice.number}"
    assert sent[0].data["rows"][:2] == [["Total", "$100.00"], ["Open", "$100.00"]]
    logged = session.scalars(select(Touchpoint).where(Touchpoint.name == "document_sent_again")).one()
    assert (logged.account_id, logged.props["number"]) == (company.id, invoice.number)


def test_an_address_gets_five_a_day(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice = make_invoice(build.session, company, net=10_000)
    path = f"/billing/invoices/{invoice.number}/copies"
    for _n in range(5):
        admin.get(path)
        admin.post(path, {"key": key_of(admin), "to": ["ap@harbor.example"]}, status=303)
    admin.get(path)
    answer = admin.post(path, {"key": key_of(admin), "to": ["ap@harbor.example"]}, status=429)
    assert int(answer.headers["Retry-After"]) > 0
    assert "at most five documents again a day" in admin.text
    assert len(mails(session, "document_copy")) == 5


def test_receipts_memos_and_statements_go_out_again(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice, memo = (make_invoice(build.session, company, net=net, on=today()) for net in (10_000, -500))
    payment = pay_offline(build.session, company, 10_000, invoice, on=today())
    month = f"{today():%Y-%m}"
    pages = {
        f"/billing/payments/{payment.number}": f"Receipt for payment {payment.number}",
        f"/billing/invoices/{memo.number}": f"Credit memo {memo.number}",
        f"/customers/{company.code}/statements/{month}": f"Statement of {today():%B %Y}",
    }
    admin.get(f"/billing/payments/{payment.number}/copies")
    for page, what in pages.items():
        admin.get(page)
        assert f"{page}/copies" in admin.body
        admin.get(f"{page}/copies")
        admin.post(f"{page}/copies", {"key": key_of(admin), "to": ["dana@harbor.example"]}, status=303)
        assert what in [each.data["what"] for each in mails(session, "document_copy")]
    admin.get(f"/customers/{company.code}/statements/2999-01/copies", status=404)


def test_a_pay_link_is_made_and_sent(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    """Seen failing with links for the customer's administrators only."""
    invoice = make_invoice(build.session, company, net=10_000, on=today())
    for page, title in (
        (f"/billing/invoices/{invoice.number}", f"Invoice {invoice.number}"),
        (f"/customers/{company.code}/statements/{today():%Y-%m}", f"Statement of {today():%B %Y}"),
    ):
        admin.get(f"{page}/copies")
        form = {"key": key_of(admin), "to": ["dana@harbor.example"], "as": "link"}
        admin.post(f"{page}/copies", {**form, "to": ["mo@other.example"]}, status=422)
        admin.post(f"{page}/copies", form, status=303)
        mail = next(each for each in mails(session, "pay_link") if each.data["what"] == title)
        assert (mail.to_email, mail.data["total"], mail.data["by"]) == (
            "dana@harbor.example",
            "$100.00",
            "Ada Admin",
        )
        link = session.scalars(select(PayLink).where(PayLink.title == title)).one()
        assert (link.company_id, link.created_by_name) == (company.id, "Ada Admin")
        admin.get(mail.data["path"])
        assert "$100.00 to pay" in admin.text


def test_what_is_paid_has_no_link(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice = make_invoice(build.session, company, net=10_000)
    pay_offline(build.session, company, 10_000, invoice)
    path = f"/billing/invoices/{invoice.number}/copies"
    admin.get(path)
    assert "Send a pay link" not in admin.text
    admin.post(path, {"key": key_of(admin), "to": ["dana@harbor.example"], "as": "link"}, status=422)
    assert "nothing to pay by a link" in admin.text
    assert session.scalars(select(PayLink)).all() == []


def test_a_customer_without_an_address(admin: PageClient, build: Build) -> None:
    invoice = make_invoice(build.session, build.company("Nobody there"), net=10_000)
    admin.get(f"/billing/invoices/{invoice.number}/copies")
    assert "There is no address to send it to" in admin.text
    assert not re.search("Send a pay link", admin.text)


def test_a_reversed_payment_has_no_receipt(admin: PageClient, build: Build, company: Company) -> None:
    payment = pay_offline(build.session, company, 10_000)
    path = f"/billing/payments/{payment.number}"
    admin.get(path)
    admin.post(f"{path}/reversal", {"reason": "mistake"}, status=303)
    admin.get(f"{path}/copies", status=404)
    assert build.session.get(Payment, payment.id) is not None


def test_confirmed_addresses_for_documents_are_offered(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    """Seen failing with people only, and with addresses that nobody has confirmed."""
    fields = {
        "company_id": company.id,
        "kinds": ["invoice"],
        "removal_token": "r",
        "asked_at": utcnow(),
        "delivery": "to",
    }
    build.session.add_all(
        [
            DocumentAddress(email="invoices@harbor.example", confirmed_at=utcnow(), **fields),
            DocumentAddress(email="typo@harbor.example", **{**fields, "removal_token": "s"}),
        ]
    )
    invoice = make_invoice(build.session, company, net=10_000)
    path = f"/billing/invoices/{invoice.number}/copies"
    admin.get(path)
    assert "invoices@harbor.example" in admin.text
    assert "typo@harbor.example" not in admin.text
    admin.post(path, {"key": key_of(admin), "to": ["invoices@harbor.example"]}, status=303)
    parcel = mails(session, "document_copy")[0].parcel
    assert parcel["document"]["invoice_id"] == invoice.id
    assert parcel["removal"] == "/document-addresses/removal?token=r"
