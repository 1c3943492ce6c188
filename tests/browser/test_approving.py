"""The buyer in the van asks, the owner on the sofa says yes: an order above a limit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.accounts.models import Company
from tests.browser import ordering
from tests.browser.payers import database, make_payer
from tests.browser.person import Person
from tests.browser.stack import Stack
from tests.builders import Build

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visitor = Callable[..., Person]
SKU = "AB-109"


def test_an_order_above_a_limit(visitor: Visitor, stack: Stack, request: pytest.FixtureRequest) -> None:
    name = f"Approving {'Phone' if 'phone' in request.node.name else 'Desk'}"
    owner_mail, buyer_mail = with_a_buyer(stack, name)

    owner = visitor(owner_mail)
    owner.go("People")
    owner.link("Jo Buyer").click()
    owner.heading("Jo Buyer").wait_for()
    owner.page.get_by_label(re.compile("^Orders alone up to")).fill("20")
    owner.look("person-with-limit")
    owner.button("Save the limit").click()
    expect(owner.page.locator("body")).to_contain_text(
        "Orders of Jo Buyer above $20.00 need somebody else's yes."
    )

    buyer = visitor(buyer_mail)
    draft_of(buyer, 40)
    ordering.choose_pickup(buyer)
    ordering.decide_about_missing_stock(buyer)
    ordering.review(buyer)
    expect(buyer.main()).to_contain_text("Orders above $20.00 need somebody else's yes")
    buyer.page.get_by_label(re.compile("^What should they know")).fill("Masking for the Elm Street stairwell")
    buyer.look("review-above-the-limit")
    buyer.button("Send for approval").click()
    expect(buyer.main()).to_contain_text("Waiting for Pat Approving")
    buyer.look("waiting")
    mail = stack.mail(owner_mail, subject="needs your approval")
    assert "Masking for the Elm Street stairwell" in mail["text"]

    owner.start()
    expect(owner.main()).to_contain_text("Waits for your yes")
    owner.look("home-with-a-question")
    owner.go("Approvals")
    owner.look("approvals")
    owner.page.locator("tbody a").first.click()
    owner.heading("Order of Jo Buyer").wait_for()
    owner.look("question")
    owner.page.locator("summary", has_text="Send it back").click()
    owner.page.get_by_label("Why").fill("Thirty are enough")
    owner.button("Send it back").click()
    expect(owner.page.locator("body")).to_contain_text("Jo Buyer gets your answer by mail.")
    stack.mail(buyer_mail, subject="was not approved")

    buyer.go("Draft")
    expect(buyer.main()).to_contain_text("Thirty are enough")
    buyer.look("sent-back")
    ordering.choose_pickup(buyer)
    ordering.review(buyer)
    buyer.button("Send for approval").click()
    expect(buyer.main()).to_contain_text("Waiting for Pat Approving")

    owner.go("Approvals")
    owner.page.locator("tbody a").first.click()
    owner.button("Approve and place").click()
    placed = owner.page.get_by_text(re.compile(r"Order CP-\d+ is placed"))
    placed.first.wait_for()
    number = ordering.NUMBER.search(placed.first.inner_text())
    assert number
    owner.look("approved")
    mail = stack.mail(buyer_mail, subject=f"Order {number[0]} is placed")
    assert "Pat Approving" in mail["text"]
    buyer.go("Orders")
    buyer.main().get_by_role("link", name=number[0], exact=True).click()
    expect(buyer.main()).to_contain_text("Approved and placed on account")
    buyer.look("order-that-was-approved")


def with_a_buyer(stack: Stack, name: str) -> tuple[str, str]:
    """A company with an owner and a buyer; their addresses."""
    owner = make_payer(stack.database_url, name, [])
    with database(stack.database_url) as session:
        company = session.scalars(select(Company).where(Company.code == owner.code)).one()
        email = f"jo.{owner.code.lower()}@payer.example"
        Build(session).user(company, email=email, name="Jo Buyer")
        session.commit()
    return owner.email, email


def draft_of(person: Person, quantity: int) -> None:
    person.go("Draft")
    person.page.get_by_label("SKU or your part number", exact=True).fill(SKU)
    person.page.get_by_label("Quantity", exact=True).fill(str(quantity))
    person.button("Add").click()
    person.page.get_by_role("list", name="Lines of the draft").wait_for()
