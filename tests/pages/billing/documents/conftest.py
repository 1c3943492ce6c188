"""A company with a buyer who is signed in."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import Build
from tests.page import PageClient
from tests.pages.billing.documents.customer import Customer


@pytest.fixture
def customer(session: Session, build: Build) -> Customer:
    company = build.company("Harbor Painting", terms_days=30)
    return Customer(session, build, company, build.user(company, name="Dana Ortiz"))


@pytest.fixture
def buyer(client: PageClient, customer: Customer) -> PageClient:
    client.sign_in(customer.buyer.email)
    return client
