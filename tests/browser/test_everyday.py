"""The small things of every day, and the whole way without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import ordering
from tests.browser.person import Person, Size

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visitor = Callable[..., Person]


def search(person: Person, words: str) -> None:
    person.go("Products")
    person.page.get_by_role("searchbox").first.fill(words)
    person.page.keyboard.press("Enter")
    person.page.get_by_role("list", name="Products found").wait_for()


def test_search_price_draft_and_another_device(visitor: Visitor) -> None:
    buyer = visitor("buyer")
    search(buyer, "wood filer")
    expect(buyer.main()).to_contain_text("Wood filler")
    buyer.look("search-with-a-typo")
    search(buyer, "ab 109")
    found = buyer.page.get_by_role("list", name="Products found").locator("> li").first
    expect(found).to_contain_text("AB-109")
    buyer.look("search-by-number")
    found.get_by_role("button", name="Add").click()
    buyer.page.locator("#flashes").get_by_text(re.compile("^Added")).first.wait_for()
    buyer.go("Draft")
    row = ordering.lines(buyer).filter(has_text="AB-109")
    expect(row).to_have_count(1)
    row.get_by_role("link", name=re.compile("^Why")).click()
    expect(buyer.page.locator("h1")).to_be_visible()
    buyer.look("why-this-price")
    buyer.go("Draft")
    buyer.button("Keep for later").click()
    buyer.page.wait_for_load_state()

    other = visitor("buyer")
    other.go("Saved drafts")
    other.look("saved-drafts")
    other.button("Go on with it").first.click()
    expect(ordering.lines(other).filter(has_text="AB-109")).to_have_count(1)
    other.button("Discard").click()
    other.page.get_by_text("discarded").first.wait_for()


def test_placing_twice_gives_one_order(visitor: Visitor) -> None:
    buyer = visitor("approver")
    before = newest_order(buyer)
    buyer.go("Orders")
    buyer.page.locator("tbody").get_by_role("link", name=re.compile("^Reorder")).first.click()
    ordering.start_draft(buyer)
    ordering.choose_pickup(buyer)
    ordering.decide_about_missing_stock(buyer)
    buyer.page.get_by_label("PO number").fill("TWICE-1")
    ordering.review(buyer)
    tab = buyer.context.new_page()
    tab.goto(buyer.page.url)
    buyer.button("Place order").dblclick()
    title = buyer.heading(re.compile("is placed$"))
    refused = buyer.page.locator(".refusal")
    title.or_(refused).first.wait_for()
    assert refused.count() == 0, refused.inner_text()
    tab.get_by_role("button", name="Place order").click()
    again = tab.get_by_role("heading", level=1, name=re.compile("is placed$|^Order CP"))
    again.wait_for()
    first, second = ordering.NUMBER.search(title.inner_text()), ordering.NUMBER.search(again.inner_text())
    assert first
    assert second
    assert first[0] == second[0]
    tab.close()
    after = newest_order(buyer)
    assert after == first[0]
    numbers = buyer.page.locator("tbody th a").all_inner_texts()
    assert numbers.index(before) == 1, numbers


def newest_order(person: Person) -> str:
    person.go("Orders")
    first = person.page.locator("tbody th a").first
    first.wait_for()
    return first.inner_text()


@pytest.mark.parametrize("size", [Size("phone", 375, 812)], ids=["phone"])
def test_the_whole_way_without_scripts(visitor: Visitor) -> None:
    buyer = visitor("buyer", scripts=False)
    buyer.look("home")
    row = ordering.find_twenty_lines(buyer)
    buyer.look("orders")
    row.get_by_role("link", name=re.compile("^Reorder")).click()
    buyer.look("choose-lines")
    ordering.start_draft(buyer)
    lines = ordering.lines(buyer)
    lines.filter(has_text="BR-101-2.5IN").get_by_role("spinbutton").fill("3")
    buyer.main().get_by_role("button", name="Save quantities").last.click()
    expect(lines.filter(has_text="BR-101-2.5IN").get_by_role("spinbutton")).to_have_value("3")
    lines.filter(has_text="TR-104-9IN").get_by_role("button", name=re.compile("^Remove")).click()
    expect(buyer.main()).to_contain_text("The line was removed.")
    buyer.look("draft")
    ordering.choose_pickup(buyer)
    buyer.button("Show this store's times").click()
    ordering.take_a_window(buyer)
    ordering.decide_about_missing_stock(buyer)
    buyer.page.get_by_label("PO number").fill(ordering.TWENTY)
    buyer.look("pickup")
    ordering.review(buyer)
    buyer.look("review")
    number = ordering.place(buyer)
    buyer.look("placed")
    buyer.link("Follow this order").click()
    buyer.heading(f"Order {number}").wait_for()
    buyer.look("order")
