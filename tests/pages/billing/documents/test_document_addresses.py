"""The pages of addresses for documents: the company's, ours, and those of the links in mails."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.models.document_addresses import DocumentAddress
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient
from tests.pages.billing.documents.customer import Customer

TYPED = {"email": "AP@Harbor.example", "delivery": "to", "kinds": ["invoice", "statement"], "attach_pdf": "y"}


@pytest.fixture
def admin(client: PageClient, customer: Customer, build: Build) -> PageClient:
    client.sign_in(build.user(customer.company, "company_admin").email)
    return client


def path_of(session: Session) -> str:
    mail = session.scalars(select(OutboundMail).order_by(OutboundMail.id.desc())).first()
    assert mail is not None
    assert (mail.kind, mail.to_email) == ("document_address_confirmation", "ap@harbor.example")
    return str(mail.data["path"])


def test_from_the_account_page_to_the_first_document(admin: PageClient, session: Session) -> None:
    assert "Addresses for documents" in admin.get("/account/billing").text
    assert "No address yet" in admin.get("/company/document-addresses").text or "No address yet" in admin.text
    admin.get("/company/document-addresses/new")
    admin.follow(admin.post("/company/document-addresses/new", TYPED))
    assert "We asked ap@harbor.example" in admin.text
    assert "Not confirmed yet" in admin.text
    token = path_of(session).partition("?token=")[2]
    admin.get(f"/document-addresses/confirmation?token={token}")
    assert "to send invoices, monthly statements to ap@harbor.example" in admin.text
    # Whoever scans mails only looks.
    assert session.scalars(select(DocumentAddress.confirmed_at)).one() is None
    admin.post("/document-addresses/confirmation", {"token": token}, status=200)
    assert "Confirmed" in admin.text
    assert admin.get("/company/document-addresses").status_code == 200
    assert "Not confirmed yet" not in admin.text
    admin.get(f"/document-addresses/confirmation?token={token}", status=410)
    removal = session.execute(text("select removal_token from document_address")).scalar_one()
    admin.get(f"/document-addresses/removal?token={removal}")
    assert "Send nothing more" in admin.text
    admin.post("/document-addresses/removal", {"token": removal}, status=200)
    assert session.execute(text("select count(*) from document_address")).scalar_one() == 0
    admin.get(f"/document-addresses/removal?token={removal}", status=410)


def test_it_is_changed_asked_again_and_removed(admin: PageClient, session: Session) -> None:
    admin.get("/company/document-addresses/new")
    admin.post("/company/document-addresses/new", TYPED)
    number = session.scalars(select(DocumentAddress.id)).one()
    at = f"/company/document-addresses/{handle('document_address', number)}"
    assert 'value="invoice"' in admin.get(at).get_data(as_text=True)
    admin.follow(admin.post(at, {"delivery": "cc", "kinds": ["receipt"], "pay_link": "y"}))
    assert re.search(r"CC: receipts without a PDF, with a link to pay", admin.text)
    admin.follow(admin.post(f"{at}/confirmation"))
    assert "asked ap@harbor.example again" in admin.text
    admin.post(at, {"delivery": "cc", "kinds": []}, status=422)
    assert "Choose at least one kind of document" in admin.text
    admin.follow(admin.post(f"{at}/removal"))
    assert "gets no more documents" in admin.text
    admin.get(at, status=404)


def test_nobody_is_flooded_whichever_companies_ask(app: Flask, build: Build) -> None:
    """Seen failing with a limit for each company alone."""
    for n in range(6):
        client, company = PageClient(app), build.company()
        client.sign_in(build.user(company, "company_admin").email)
        client.get("/company/document-addresses/new")
        client.post("/company/document-addresses/new", TYPED, status=302 if n < 5 else 429)
    assert "One address is asked at most five times a day" in client.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "nobody"}, "Enter an address"),
        ({"kinds": []}, "Choose at least one"),
        ({"delivery": "x"}, ""),
    ],
)
def test_what_cannot_be_is_refused(admin: PageClient, typed: dict[str, object], words: str) -> None:
    admin.get("/company/document-addresses/new")
    admin.post("/company/document-addresses/new", {**TYPED, **typed}, status=422)
    assert words in admin.text


def test_ours_keep_them_for_a_customer(
    client: PageClient, customer: Customer, build: Build, session: Session
) -> None:
    client.sign_in(build.user(kind="admin").email)
    code = customer.company.code
    client.get(f"/customers/{code}/document-addresses")
    client.get(f"/customers/{code}/document-addresses/new")
    client.follow(client.post(f"/customers/{code}/document-addresses/new", TYPED))
    assert "ap@harbor.example" in client.text
    path_of(session)
    other = build.company()
    number = session.scalars(select(DocumentAddress.id)).one()
    client.get(f"/customers/{other.code}/document-addresses/{number}", status=404)
    client.post(f"/customers/{other.code}/document-addresses/{number}/removal", status=404)
    assert session.scalars(select(DocumentAddress.id)).one() == number


def test_a_person_wishes_the_document_in_mails(
    buyer: PageClient, customer: Customer, session: Session
) -> None:
    assert "Attach the document to mails" in buyer.get("/account").get_data(as_text=True)
    buyer.follow(buyer.post("/account/mails", {"attach_documents": "y"}))
    assert "Mails bring documents along" in buyer.text
    query = select(User.attach_documents).where(User.id == customer.buyer.id)
    assert session.scalars(query).one()
    buyer.post("/account/mails", {})
    session.rollback()
    assert not session.scalars(query).one()
