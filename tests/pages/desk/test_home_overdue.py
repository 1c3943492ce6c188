"""What is overdue stands first on the home page of people who may pay."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from portal.accounts.models import Company
from portal.foundation.clock import utcnow
from tests.builders import Build
from tests.invoices import make_invoice
from tests.page import PageClient


def home(app: Flask, build: Build, company: Company, role: str) -> PageClient:
    client = PageClient(app)
    client.sign_in(build.user(company, role).email)
    client.get("/")
    return client


def test_who_may_pay_sees_it_at_once(app: Flask, build: Build) -> None:
    company, late = build.company(), utcnow().date() - timedelta(days=50)
    for net in (10_000, 2_550):
        make_invoice(build.session, company, net=net, on=late)
    make_invoice(build.session, company, net=99_900, on=utcnow().date())
    buyer = home(app, build, company, "buyer")
    assert "$125.50 overdue 2 invoices, since" in buyer.text
    assert buyer.body.index("owed-first") < buyer.body.index("with-aside")
    buyer.get("/invoices?status=overdue")
    viewer = home(app, build, company, "viewer")
    assert "owed-first" not in viewer.body
    assert "$125.50 overdue" in viewer.text, "it stands with the open invoices, as before"


def test_nothing_overdue_is_not_mentioned(app: Flask, build: Build) -> None:
    company = build.company()
    make_invoice(build.session, company, on=utcnow().date())
    assert "owed-first" not in home(app, build, company, "company_admin").body
