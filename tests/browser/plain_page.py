"""The same page where axe can run: it needs scripts, and works with timers that do not run where they are off.

The page's HTML as it stands without scripts is opened in a second browser in which scripts could run but none of the
portal's is let through: same words, same styles, same layout, and axe the only script. What was typed into a
field and not sent is the one thing that is not taken along.
"""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page, Route


class PlainPage:
    """A second browser of somebody who visits without scripts."""

    def __init__(self, browser: Browser, width: int, height: int) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", service_workers="block"
        )
        self.page: Page = self.context.new_page()
        self._html = ""
        self.page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.abort()
        elif route.request.resource_type == "stylesheet":
            sheet = route.fetch()
            route.fulfill(response=sheet, body=_as_without_scripts(sheet.text()))
        else:
            route.continue_()

    def show(self, original: Page, *, dark: bool) -> Page:
        """Open what the other page shows, and make sure that it is the page without scripts."""
        self._html = original.content()
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.page.goto(original.url)
        assert self.page.evaluate("!document.documentElement.dataset.behaviours")
        mine, theirs = (
            each.evaluate("document.documentElement.scrollHeight") for each in (self.page, original)
        )
        assert mine == theirs, f"{original.url}: {theirs} pixels long, the copy for axe {mine}"
        return self.page


def _as_without_scripts(sheet: str) -> str:
    """The sheet as a browser reads it whose scripts are off."""
    return sheet.replace("not (scripting: enabled)", "all").replace("(scripting: enabled)", "not all")
