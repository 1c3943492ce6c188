"""``python -m tests.browser.pictures http://127.0.0.1:8000``: make the README's pictures anew, from a running demo."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import ordering
from tests.browser.conftest import FLAGS, chromium
from tests.browser.person import Person, Size

FOLDER = Path(__file__).parents[2] / "docs" / "img"
PHONE = Size("phone", 375, 812)
DESKTOP = Size("desktop", 1100, 680)


def main(address: str) -> None:
    """The start page on a phone, a draft with what differs, the counter's board."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)

        def come(name: str, size: Size) -> Person:
            person = Person(browser, address, size, FOLDER, set())
            person.sign_in(f"{name}@demo.example")
            return person

        def keep(person: Person, name: str) -> None:
            person.settle()
            person.page.screenshot(path=FOLDER / f"{name}.png")

        buyer = come("buyer", PHONE)
        keep(buyer, "home")
        ordering.find_twenty_lines(buyer).get_by_role("link", name=re.compile("^Reorder")).click()
        ordering.start_draft(buyer)
        desk = come("buyer", DESKTOP)
        desk.go("Draft")
        keep(desk, "draft")
        keep(come("store", DESKTOP), "counter")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
