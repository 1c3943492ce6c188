"""The main job: order the twenty lines again, follow them, collect them."""

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


def test_reorder_of_twenty_lines(visitor: Visitor, stack: Stack) -> None:
    buyer = visitor("buyer")
    buyer.look("home")
    number, code = order_again(buyer)
    confirmation = stack.mail("buyer@demo.example", subject=f"Order {number} is placed")
    assert code in confirmation["text"]
    assert f"PO number: {ordering.TWENTY}" in confirmation["text"]
    buyer.link("Follow this order").click()
    buyer.heading(f"Order {number}").wait_for()
    buyer.look("order-placed")

    associate = visitor("store")
    prepare(associate, number)
    ready = stack.mail("buyer@demo.example", subject=f"{number} is ready")
    assert code in ready["text"]

    buyer.page.reload()
    expect(buyer.main()).to_contain_text(re.compile("Ready|ready"))
    assert ordering.pickup_code(buyer) == code
    buyer.look("order-ready")

    hand_over(associate, code)
    buyer.page.reload()
    story = buyer.main().get_by_role("list").filter(has_text="Luis Ferreira")
    for words in ("The store has your order", "Ready for pickup", "ollected by Dana Whitfield"):
        expect(story).to_contain_text(words)
    expect(buyer.main()).to_contain_text("Collected")
    buyer.look("order-collected")


def order_again(buyer: Person) -> tuple[str, str]:
    """From the history to the page that says it is placed; gives number and pickup code."""
    row = ordering.find_twenty_lines(buyer)
    buyer.look("orders-found")
    row.get_by_role("link", name=re.compile("^Reorder")).click()
    buyer.heading(re.compile("^Reorder CP-")).wait_for()
    assert buyer.page.get_by_role("checkbox", name=re.compile("^Take ")).count() == 20
    buyer.look("choose-lines")
    ordering.start_draft(buyer)
    expect(ordering.lines(buyer)).to_have_count(20)
    told = buyer.main().inner_text()
    assert re.search(r"Price was \$[\d.]+, now \$[\d.]+", told)
    assert re.search(r"(Only \d+|None) at ", told)
    buyer.look("draft-with-remarks")
    change_two_lines(buyer)

    ordering.choose_pickup(buyer)
    time = ordering.take_a_window(buyer)
    assert ordering.decide_about_missing_stock(buyer, rest="Order only what is there")
    buyer.page.get_by_label("Who collects it").fill("Dana Whitfield")
    buyer.page.get_by_label("PO number").fill(ordering.TWENTY)
    buyer.look("pickup")
    ordering.review(buyer)
    expect(buyer.main()).to_contain_text(time)
    expect(buyer.main()).not_to_contain_text("On backorder")
    buyer.look("review")
    number = ordering.place(buyer)
    buyer.look("placed")
    return number, ordering.pickup_code(buyer)


def change_two_lines(buyer: Person) -> None:
    """One brush more, and no tray liners."""
    lines = ordering.lines(buyer)
    brushes = lines.filter(has_text="BR-101-2.5IN")
    total = brushes.locator(".line__total").inner_text()
    brushes.get_by_role("button", name=re.compile("^One more")).click()
    expect(lines.filter(has_text="BR-101-2.5IN").locator(".line__total")).not_to_have_text(total)
    expect(lines.filter(has_text="BR-101-2.5IN").get_by_role("spinbutton")).to_have_value("5")
    lines.filter(has_text="TR-104-9IN").get_by_role("button", name=re.compile("^Remove")).click()
    expect(buyer.main()).to_contain_text("was removed.")
    expect(ordering.lines(buyer)).to_have_count(19)
    buyer.look("draft-changed")


def prepare(associate: Person, number: str) -> None:
    """Find the order at the counter; accept, pick, tint, mark ready."""
    associate.look("start")
    if associate.page.get_by_role("searchbox", name="Order number or pickup code").count() == 0:
        associate.go("Counter")
    associate.look("board")
    associate.page.get_by_role("searchbox", name="Order number or pickup code").fill(number)
    associate.button("Open").click()
    associate.heading(number).wait_for()
    associate.look("new-order")
    associate.button("Accept").click()
    associate.button("Start picking").click()
    associate.heading("Pick list").wait_for()
    associate.look("picking")
    tinted = associate.button(re.compile("^Tinted"))
    assert tinted.count() > 0
    while (left := tinted.count()) > 0:
        tinted.first.click()
        expect(tinted).to_have_count(left - 1)
    associate.page.get_by_label("All of them").check()
    associate.look("picked")
    associate.button("Mark ready").click()
    associate.page.get_by_role("textbox", name="Pickup code", exact=True).wait_for()
    associate.look("ready")


def hand_over(associate: Person, code: str) -> None:
    """A wrong code first: it is said next to the field, and nothing is handed over."""
    field = associate.page.get_by_role("textbox", name="Pickup code", exact=True)
    field.fill("WRONG1")
    associate.button("Hand over").click()
    expect(associate.page.locator("#code-error")).to_be_visible()
    assert field.get_attribute("aria-invalid") == "true"
    associate.look("wrong-code")
    field.fill(code.lower())
    associate.button("Hand over").click()
    expect(associate.page.locator("#flashes")).to_contain_text("is handed over")
    associate.look("handed-over")
