"""The pages on which a company's name and address on documents are kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.invoices import make_invoice
from tests.page import PageClient

ADDRESS = {
    "legal_name": "Harbor Painting, LLC",
    "line1": "9 Mill Lane",
    "city": "Salem",
    "region": "OR",
    "postcode": "97301",
    "country": "us",
    "tax_number": "98-7654321",
}


def test_an_administrator_keeps_it_and_the_invoice_shows_it(
    client: PageClient, session: Session, build: Build
) -> None:
    company = build.company("Harbor Painting")
    client.sign_in(build.user(company, "company_admin").email)
    assert "Billing details" in client.get("/account/billing").text
    client.get("/company/billing-details")
    client.follow(client.post("/company/billing-details", ADDRESS))
    assert "New documents say so" in client.text
    invoice = make_invoice(session, company)
    client.get(f"/invoices/{invoice.number}")
    for words in ("Harbor Painting, LLC", "9 Mill Lane", "Salem, OR 97301", "Tax number 98-7654321"):
        assert words in client.text, words
    noted = session.scalars(select(Touchpoint).where(Touchpoint.name == "billing_details_changed")).one()
    assert noted.account_id == company.id
    assert set(noted.props["fields"]) == set(ADDRESS)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"line1": ""}, "Enter the street or P.O. box"),
        ({"country": "Atlantis"}, "Enter the two letters of a country"),
        ({"legal_name": "x" * 161}, "160"),
    ],
)
def test_what_is_half_or_unknown_is_refused_on_its_field(
    client: PageClient, build: Build, typed: dict[str, str], words: str
) -> None:
    company = build.company("Harbor Painting")
    client.sign_in(build.user(company, "company_admin").email)
    client.get("/company/billing-details")
    client.post("/company/billing-details", {**ADDRESS, **typed}, status=422)
    assert words in client.text
    assert "98-7654321" in client.body


def test_our_administrators_keep_it_for_a_customer(
    client: PageClient, session: Session, build: Build
) -> None:
    company = build.company("Harbor Painting")
    client.sign_in(build.user(kind="admin").email)
    path = f"/customers/{company.code}/billing-details"
    client.get(path)
    client.post(path, ADDRESS)
    assert session.scalars(text("select bill_as->>'country' from company")).one() == "US"
    assert "9 Mill Lane" in client.get(path).text
