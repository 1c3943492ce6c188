"""Steps that several journeys make: from an earlier order to a placed one."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from tests.browser.person import Person

TWENTY = "PO-20417"
NUMBER = re.compile(r"\bCP-\d+\b")


def find_twenty_lines(person: Person) -> Locator:
    """Look for the purchase order in the history; gives the row of the order with twenty lines."""
    person.go("Orders")
    person.page.get_by_role("searchbox", name="Find an order").fill(TWENTY)
    person.button("Find").click()
    rows = person.page.locator("tbody tr").filter(has_text=TWENTY)
    twenty = rows.filter(has=person.page.locator("[data-label=Lines]", has_text=re.compile(r"^\s*20\b")))
    twenty.first.wait_for()
    return twenty.first


def start_draft(person: Person) -> None:
    """On the page of lines to choose: take them all into a new draft."""
    person.button("Put into draft").click()
    person.page.get_by_role("list", name="Lines of the draft").wait_for()


def lines(person: Person) -> Locator:
    return person.page.get_by_role("list", name="Lines of the draft").locator("> li:not(.line--gone)")


def choose_pickup(person: Person) -> None:
    """From the draft to the pickup page: a time, what to do about missing stock, the PO number."""
    person.button("Pickup or delivery").click()
    person.heading("When do you collect it?").wait_for()


def take_a_window(person: Person) -> str:
    """Choose the last free pickup time of the last day offered; returns how it reads."""
    days = person.page.locator("#window details")
    if not days.last.evaluate("each => each.open"):
        days.last.locator("summary").click()
    slot = days.last.locator("label.slot").last
    words = slot.inner_text().splitlines()[0]
    slot.get_by_role("radio").check()
    return words


def decide_about_missing_stock(person: Person, *, rest: str = "[Bb]ackorder (the rest|all of it)") -> bool:
    """Where the store lacks something: let the rest follow, or order only what is there."""
    choice = person.page.get_by_role("radio", name=re.compile(rest))
    if choice.count() == 0:
        return False
    choice.check()
    return True


def review(person: Person) -> None:
    person.button("Review order").click()
    person.heading("Review and place").wait_for()


def place(person: Person) -> str:
    """Press the button; returns the number of the new order."""
    person.button("Place order").click()
    title = person.heading(re.compile("is placed$"))
    refused = person.page.locator(".refusal")
    title.or_(refused).first.wait_for()
    assert refused.count() == 0, refused.inner_text()
    found = NUMBER.search(title.inner_text())
    assert found, title.inner_text()
    return found[0]


def pickup_code(person: Person) -> str:
    """The code that the page shows, without spaces."""
    return re.sub(r"\s", "", person.page.locator(".pickup-code__code").inner_text())
