"""Somebody at a browser: goes by what the page says, and every page that is looked at is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

from tests.browser.plain_page import PlainPage

PASSWORD = "paint-the-town"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The browser itself reports every page that is answered with an error status; a refused form is one.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (409|422|429)")
# What is stuck to the window covers something, and would stand in the middle of a picture of the whole page.
UNSTICK = """(stuck) => {
  window.scrollTo(0, 0);
  document.querySelectorAll(".tabbar, .action-bar").forEach((each) => { each.style.position = stuck ? "" : "static"; });
}"""
# A number, a handle, or a document's own number.
VARIABLE = re.compile(r"\b[a-z2-7]{26}\b|\d+|[A-Z]{2,}-[\w.-]+")

TOO_WIDE = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > width + 0.5)
    .slice(-3).map((each) => each.outerHTML.slice(0, 200));
}"""
TOO_SMALL = """() => [...document.querySelectorAll("main .button, main .input, main select, .tabbar__link")]
  .filter((each) => each.checkVisibility() && !each.closest(".sr-only"))
  .filter((each) => each.getBoundingClientRect().height < 43.5)
  .slice(0, 3).map((each) => each.outerHTML.slice(0, 200))"""
# Colours that move from one to the other have arrived after two frames: people here wish for less motion.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 200))))"
AXE = """(options) => axe.run(options).then((found) => found.violations.map(
  (each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 300)).join(" | ")}`))"""


@dataclass(frozen=True)
class Size:
    """A window, in CSS pixels."""

    name: str
    width: int
    height: int

    @property
    def is_phone(self) -> bool:
        return self.name == "phone"


class Person:
    """One browser with its own cookies. Selectors are words that the page shows.

    :param pictures: folder for screenshots.
    :param dark_seen: kinds of pages already checked in the dark; shared by all people of a test run.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        size: Size,
        pictures: Path,
        dark_seen: set[str],
        *,
        scripts: bool = True,
    ) -> None:
        self.address = address
        self.size = size
        self.scripts = scripts
        self.context: BrowserContext = browser.new_context(
            base_url=address,
            viewport={"width": size.width, "height": size.height},
            has_touch=size.is_phone,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            service_workers="block",
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self._plain = None if scripts else PlainPage(browser, size.width, size.height)
        self._pictures = pictures
        self._dark_seen = dark_seen
        self._count = 0
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED.match(message.text):
            self.problems.append(f"{self.page.url}: console: {message.text}")

    # Going about

    def start(self) -> None:
        """Open the portal: the only address that is ever typed."""
        self.page.goto("/")

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Open the portal, fill in the form, send it."""
        self.start()
        self.fill_in_and_sign_in(email, password)
        self.page.get_by_role("heading", level=1).wait_for()
        assert "/sign-in" not in self.page.url, self.words()

    def fill_in_and_sign_in(self, email: str, password: str) -> None:
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.button("Sign in").click()

    def go(self, label: str) -> None:
        """Choose a place of the navigation: at the top on a desktop, at the thumb on a phone, or in the menu."""
        self.page.wait_for_load_state("load")  # what is visible is decided by the page's sheet
        name = re.compile(rf"^{re.escape(label)}( \d+)?$")
        main = self.page.get_by_role("navigation", name=re.compile("^Main"))
        shown = main.get_by_role("link", name=name).locator("visible=true")
        if shown.count() == 0:
            self._open_menu()
            shown = self.page.locator(".menu__panel").get_by_role("link", name=name).locator("visible=true")
        shown.first.click()

    def open_account(self) -> None:
        """Your account, from the menu with one's name."""
        self._open_menu()
        self.page.get_by_role("link", name="Your account").locator("visible=true").click()

    def sign_out(self) -> None:
        self._open_menu()
        self.page.get_by_role("button", name="Sign out").locator("visible=true").click()
        self.page.get_by_role("heading", name="Sign in").wait_for()

    def _open_menu(self) -> None:
        self.page.wait_for_load_state("load")
        self.page.locator("summary.menu__summary, .tabbar summary").locator("visible=true").first.click()

    # Finding by words

    def button(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def link(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("link", name=name, exact=exact)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def words(self) -> str:
        """What the page says, white space folded."""
        return " ".join(self.page.locator("body").inner_text().split())

    # Checking

    def look(self, name: str) -> None:
        """Check the page that is open and take its picture."""
        self.settle()
        self.check()
        self._count += 1
        self._pictures.mkdir(parents=True, exist_ok=True)
        file = self._pictures / f"{self.size.name}-{self._count:02}-{name}.png"
        self._picture(file)
        if self._is_new_kind():
            self.page.emulate_media(color_scheme="dark")
            if self.scripts:
                self.page.evaluate(PAINTED)
            self._axe({"runOnly": ["color-contrast"]}, dark=True)
            self._picture(file.with_stem(file.stem + "-dark"))
            self.page.emulate_media(color_scheme="light")

    def look_outside(self, name: str) -> None:
        """The same for a page that is not ours: of the payment service, as the sandbox plays it."""
        self.page.wait_for_load_state("load")
        self.check()
        self._count += 1
        self._pictures.mkdir(parents=True, exist_ok=True)
        self._picture(self._pictures / f"{self.size.name}-{self._count:02}-{name}.png")

    def _picture(self, file: Path) -> None:
        self.page.evaluate(UNSTICK, False)
        self.page.screenshot(path=file, full_page=True, caret="initial")
        self.page.evaluate(UNSTICK, True)

    def settle(self) -> None:
        """Wait until the page and its behaviours are there."""
        self.page.wait_for_load_state("load")
        if self.scripts:
            self.page.locator("html[data-behaviours=ready]").wait_for(state="attached")

    def check(self, *, axe: bool = True) -> None:
        """Nothing in the console, nothing wider than the window, large targets, nothing that axe finds."""
        where = f"{self.page.url} ({self.size.name})"
        assert self.problems == [], self.problems
        wide = self.page.evaluate(TOO_WIDE)
        assert wide == [], f"{where}: wider than the window: {wide}"
        small = self.page.evaluate(TOO_SMALL)
        assert small == [], f"{where}: lower than 44 pixels: {small}"
        if axe:
            self._axe({"runOnly": AXE_TAGS}, dark=False)

    def _axe(self, options: dict[str, Any], *, dark: bool) -> None:
        page = self._plain.show(self.page, dark=dark) if self._plain else self.page
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(Axe().axe_script)
        # What slides below the bars at this moment is no small target; test_in_sight.py looks at the bars.
        page.evaluate(UNSTICK, False)
        found = page.evaluate(AXE, {**options, "resultTypes": ["violations"]})
        if found and page.locator("[hx-trigger^='every']").count():
            # Looked at while a part that is read again every few seconds was exchanged: what is there now counts.
            found = page.evaluate(AXE, {**options, "resultTypes": ["violations"]})
        page.evaluate(UNSTICK, True)
        assert found == [], f"{self.page.url} ({self.size.name}, {'dark' if dark else 'light'}): {found}"

    def leave(self) -> None:
        """Close the browser."""
        self.context.close()
        if self._plain:
            self._plain.context.close()

    def _is_new_kind(self) -> bool:
        kind = f"{self.size.name} {VARIABLE.sub('*', urlsplit(self.page.url).path)}"
        is_new = kind not in self._dark_seen
        self._dark_seen.add(kind)
        return is_new
