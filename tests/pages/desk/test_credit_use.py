"""The pages that explain what is used of a credit limit."""

from __future__ import annotations

from flask import Flask

from tests.builders import Build
from tests.invoices import make_invoice
from tests.page import PageClient


def test_customer_and_staff_read_the_same_lines(client: PageClient, app: Flask, build: Build) -> None:
    company = build.company("Harbor Painting", limit=100_000)
    make_invoice(build.session, company, net=5_000)
    buyer, admin = build.user(company), build.user(kind="admin")
    client.sign_in(buyer.email)
    client.get("/account/credit")
    for words in ("Open invoices", "$50.00", "$950.00"):
        assert words in client.text
    desk = PageClient(app)
    desk.sign_in(admin.email)
    desk.get(f"/customers/{company.code}/credit")
    assert "$950.00" in desk.text
