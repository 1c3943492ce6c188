"""The bar with the primary action hides nothing that somebody looks at or works on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import ordering
from tests.browser.person import Person, Size

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = [Size("phone", 375, 812), Size("desktop", 1280, 800)]
# Goes through everything that can be pressed, as the Tab key does, and looks what stands at its middle then.
HIDDEN = """() => {
  const found = [];
  for (const each of document.querySelectorAll("#lines :is(a, button, input, summary)")) {
    if (!each.checkVisibility() || each.closest(".sr-only")) continue;
    each.focus();
    const box = each.getBoundingClientRect();
    const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!there || !(each.contains(there) || there.contains(each))) found.push(each.outerHTML.slice(0, 120));
  }
  return found;
}"""
# How much of the window the bar takes, wherever one has scrolled to.
BAR = """() => {
  const bar = document.querySelector(".action-bar");
  return bar && bar.checkVisibility() ? bar.getBoundingClientRect().height : 0;
}"""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_the_bar_hides_no_line(visitor: Callable[..., Person], size: Size) -> None:
    """Seen failing with the floating bar on a desktop, and without the page's scroll padding on a phone."""
    buyer = visitor("approver")
    ordering.find_twenty_lines(buyer).get_by_role("link", name=re.compile("^Reorder")).click()
    ordering.start_draft(buyer)
    assert buyer.page.evaluate(HIDDEN) == []
    bar = buyer.page.evaluate(BAR)
    assert bar <= 84 if size.is_phone else bar == 0
    buyer.page.evaluate("window.scrollTo(0, 600)")
    action = buyer.button("Pickup or delivery")
    assert action.count() == 1
    box = action.bounding_box()
    assert box
    assert 0 <= box["y"] <= size.height - box["height"], "the action is in sight wherever one has scrolled to"
    buyer.look("draft")
    buyer.button("Discard").click()
    buyer.page.get_by_text("discarded").first.wait_for()


@pytest.mark.parametrize("size", SIZES[:1], ids=["phone"])
def test_the_current_tab_is_in_sight(visitor: Callable[..., Person], size: Size) -> None:
    """Seven tabs do not fit a phone: the row of the page that is open stands at its own one."""
    owner = visitor("owner")
    owner.go("Invoices")
    owner.link("Tax exemptions").click()
    owner.heading("Tax exemptions").wait_for()
    owner.settle()
    expect(owner.page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.9)
