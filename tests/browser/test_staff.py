"""A rep orders on a customer's behalf; support answers a caller with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import ordering
from tests.browser.person import Person
from tests.browser.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visitor = Callable[..., Person]
COMPANY = re.compile("^Okafor & Daughters")
REASON = "Asked by phone to order the same again"


def test_rep_orders_on_behalf(visitor: Visitor, stack: Stack) -> None:
    owner = visitor("owner")
    own_draft = "Saturday's shopping"
    keep_a_draft(owner, own_draft)

    rep = visitor("rep")
    rep.look("start")
    rep.go("Customers")
    rep.page.get_by_role("searchbox", name="Find a company").fill("Okafor")
    rep.page.locator("#companies").get_by_role("link", name=COMPANY).first.click()
    rep.heading(COMPANY).wait_for()
    rep.look("customer")
    rep.page.get_by_label("For", exact=True).select_option(label=option_with(rep, "Ngozi Okafor"))
    rep.page.get_by_label("Why").fill(REASON)
    rep.button("Start acting").click()
    banner = rep.page.get_by_role("region", name="Acting for a customer")
    expect(banner).to_contain_text("Priya Raman for Ngozi Okafor")
    expect(banner).to_contain_text(REASON)
    rep.go("Draft")
    expect(rep.main()).to_contain_text("Nothing in it yet")
    rep.look("own-empty-draft")
    number = reorder_and_place(rep)
    rep.look("placed-on-behalf")
    rep.button("Stop acting").click()
    expect(banner).to_have_count(0)
    rep.look("stopped")

    mail = stack.mail("owner@demo.example", subject=f"Order {number} is placed")
    assert "Priya Raman placed order" in mail["text"]
    assert REASON in mail["text"]
    owner.go("Saved drafts")
    expect(owner.main()).to_contain_text(own_draft)
    owner.go("Orders")
    owner.main().get_by_role("link", name=number, exact=True).click()
    owner.heading(f"Order {number}").wait_for()
    for words in ("Priya Raman", "Ngozi Okafor", REASON):
        expect(owner.main()).to_contain_text(words)
    owner.look("order-that-the-rep-placed")
    owner.go("Activity")
    owner.link("By our staff").click()
    expect(owner.main()).to_contain_text("Priya Raman")
    expect(owner.main()).to_contain_text(REASON)
    owner.look("activity")


def keep_a_draft(person: Person, name: str) -> None:
    """A draft of one's own that must be there afterwards."""
    person.go("Draft")
    person.page.get_by_label("SKU or your part number", exact=True).fill("AB-109")
    person.page.get_by_label("Quantity", exact=True).fill("5")
    person.button("Add").click()
    person.page.get_by_role("list", name="Lines of the draft").wait_for()
    person.page.locator("summary", has_text="Name it").click()
    person.page.get_by_label("Name of this draft").fill(name)
    person.button("Save the name").click()
    person.heading(name).wait_for()


def option_with(person: Person, words: str) -> str:
    return person.page.get_by_label("For", exact=True).locator("option", has_text=words).inner_text().strip()


def reorder_and_place(rep: Person) -> str:
    rep.go("Orders")
    rep.page.locator("tbody").get_by_role("link", name=re.compile("^Reorder")).first.click()
    ordering.start_draft(rep)
    ordering.choose_pickup(rep)
    ordering.decide_about_missing_stock(rep)
    rep.page.get_by_label("PO number").fill("PO-20417")
    ordering.review(rep)
    rep.look("review-on-behalf")
    return ordering.place(rep)


def test_support_finds_an_order_with_the_keyboard(visitor: Visitor) -> None:
    support = visitor("support")
    keys = support.page.keyboard
    support.settle()
    support.look("start")
    support.page.locator("h1").wait_for()
    keys.press("/")
    box = support.page.locator("[data-search]").first
    expect(box).to_be_focused()
    keys.type("PO-20417")
    keys.press("Enter")
    support.page.wait_for_url(re.compile(r"lookup"))
    support.settle()
    if support.page.locator("#found").count():  # several orders carry it: walk to the first
        support.look("several-found")
        keys.press("/")
        expect(support.page.locator("[data-search]").first).to_be_focused()
        keys.press("ArrowDown")
        expect(support.page.locator("a[data-result]").first).to_be_focused()
        keys.press("Enter")
    support.heading(re.compile(r"^Order CP-\d+$")).wait_for()
    expect(support.main()).to_contain_text("What happened")
    expect(support.main()).to_contain_text("PO-20417")
    support.look("order")
    number = support.page.locator("h1").inner_text().removeprefix("Order ").split()[0]
    keys.press("/")
    keys.type(number)
    keys.press("Enter")
    support.heading(f"Order {number}").wait_for()
