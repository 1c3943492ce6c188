"""Nobody loses their place: what was pressed stays where it is, and keeps the focus, and can be changed back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import ordering
from tests.browser.person import Person, Size

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = [Size("phone", 375, 812), Size("desktop", 1280, 800)]
MOST = 40  # pixels that a control may move


def top(control: Locator) -> float:
    box = control.bounding_box()
    assert box
    return box["y"]


def press(person: Person, control: Locator, answered: str, then: Callable[[], object]) -> None:
    """Press it and wait for the answer and for ``then``; it is where it was, and has the focus."""
    control.scroll_into_view_if_needed()
    which, before = control.get_attribute("id"), top(control)
    with person.page.expect_response(f"**/{answered}"):
        control.click()
    then()
    again = person.page.locator(f"[id='{which}']")
    expect(again).to_be_focused()
    assert abs(top(again) - before) <= MOST


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_draft_stays_where_it_is(visitor: Callable[..., Person], size: Size) -> None:
    """Seen failing with the page replaced by every change: it was thrown to its end, and the focus was gone."""
    buyer = visitor("approver")
    ordering.find_twenty_lines(buyer).get_by_role("link", name=re.compile("^Reorder")).click()
    ordering.start_draft(buyer)
    told, undo = buyer.page.locator("#draft-said"), buyer.page.locator("#undo")
    line = ordering.lines(buyer).nth(7)
    field = line.get_by_role("spinbutton")
    quantity, total = int(field.input_value()), buyer.page.locator("#draft-total").inner_text()

    more = line.locator("[id$='-more']")
    press(buyer, more, "lines", lambda: expect(told).to_contain_text("in all."))
    expect(field).to_have_value(str(quantity + 1))
    expect(undo).to_be_visible()
    undo.get_by_role("button", name="Undo").click()
    expect(buyer.page.locator("#draft-total")).to_have_text(total)
    expect(field).to_have_value(str(quantity))
    expect(field).to_be_focused()

    field.fill("1.5")
    field.blur()
    expect(line).to_contain_text("whole number")
    expect(field).to_have_value("1.5")
    field.fill(str(quantity))
    field.blur()
    expect(line).not_to_contain_text("whole number")

    remove = line.locator("[id^='remove-']")
    gone = buyer.page.get_by_text("was removed.")
    press(buyer, remove, "removal", lambda: expect(gone.first).to_be_visible())
    buyer.look("draft-line-removed")
    buyer.button("Put it back").click()
    expect(ordering.lines(buyer)).to_have_count(20)
    buyer.button("Discard").click()
    buyer.page.get_by_text("discarded").first.wait_for()
