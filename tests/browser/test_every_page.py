"""Every page that the navigation leads to, for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.person import VARIABLE, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST = 60
EVERYBODY = ("buyer", "owner", "approver", "viewer", "rep", "support", "store", "admin")
# Files, and places that are not pages.
NO_PAGE = re.compile(r"\.(csv|ics|json|xml|pdf)$|/file$|^/(livez|readyz|static)")
ADDRESSES = "() => [...document.querySelectorAll('a[href]')].map((each) => each.href.split('#')[0])"


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """Kinds of pages that were checked in full, by size and whether customers or staff saw them."""
    return set()


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_page(visitor: Callable[..., Person], name: str, shown: set[str]) -> None:
    person = visitor(name)
    waiting, seen = [f"{person.address}/"], set()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind in seen:
            continue
        seen.add(kind)
        answer = person.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{name}: {address} from a link: {answer.status}"
        look_at_new(person, kind, shown)
        found = person.page.evaluate(ADDRESSES)
        waiting += [
            each
            for each in found
            if each.startswith(person.address) and not NO_PAGE.search(urlsplit(each).path)
        ]
    assert len(seen) >= 5, seen


def look_at_new(person: Person, kind: str, shown: set[str]) -> None:
    """The start page of everybody and each other kind of page once: colleagues see the same ones."""
    mark = f"{person.size.name} {kind}"
    if kind == "/" or mark not in shown:
        shown.add(mark)
        person.look(re.sub(r"\W+", "-", kind).strip("-").lower() or "home")
    else:
        person.settle()
        person.check(axe=False)


def kind_of(address: str) -> str:
    """Pages of one pattern are one kind: /orders/CP-1 and /orders/CP-2; what is asked for does not count."""
    return VARIABLE.sub("*", urlsplit(address).path)
