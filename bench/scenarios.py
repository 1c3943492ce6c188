"""What people do. A scenario is either one page, asked for again and again, or a chain of forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

from bench.client import Browser, Person
from bench.load import WRK, Measured, Step, fetch, run
from bench.world import World

TOKEN = re.compile(rb'name="token" value="([^"]*)"')
SHOWN = re.compile(rb'name="shown" value="([^"]*)"')
WORDS = (
    "shield primer",
    "durable",
    "weather stain",
    "epoxy 12",
    "ultra roller",
    "primmer",
    "BN-00123",
    "BN0",
    "satin",
)
ADDRESSES = 2_000  # that one run of a page goes through before it begins again


@dataclass(frozen=True)
class Scenario:
    """Who does what, and how often it should be possible in a second on two cores.

    ``page`` gives the address for a person and a running number; ``step`` is a chain instead.
    """

    name: str
    staff: bool = False
    aim: float | None = None
    page: Callable[[World, Person, int], str] | None = None
    step: Step | None = None


def _history(world: World, person: Person, n: int) -> str:
    return "/orders"


def _detail(world: World, person: Person, n: int) -> str:
    return f"/orders/{person.order}"


def _search(world: World, person: Person, n: int) -> str:
    return f"/products?q={WORDS[n % len(WORDS)].replace(' ', '+')}"


def _number(world: World, person: Person, n: int) -> str:
    return f"/lookup?q={world.numbers[n % len(world.numbers)]}"


def _name(world: World, person: Person, n: int) -> str:
    return f"/lookup?q=Painting+company+{1 + n * 7 % (world.companies // 10)}"


def _support_order(world: World, person: Person, n: int) -> str:
    return f"/lookup/orders/{world.numbers[n % len(world.numbers)]}"


def _invoices(world: World, person: Person, n: int) -> str:
    return "/invoices"


def _ageing(world: World, person: Person, n: int) -> str:
    return "/account/billing"


def reorder(browser: Browser, n: int) -> None:
    """Everything of an old order again, into a new draft."""
    browser.post(f"/orders/{browser.order}/reorders", {"everything": "1", "into": "new"})
    browser.unsay()


def reorder_and_place(browser: Browser, n: int) -> None:
    """Everything a buyer does: reorder 20 lines, choose how, read the review, place."""
    draft = browser.post(f"/orders/{browser.order}/reorders", {"everything": "1", "into": "new"})
    browser.post(
        f"{draft}/pickup",
        {"fulfilment": "pickup", "store_id": browser.store, "pickup_person": "Bench", "po_number": "BENCH"},
    )
    page = browser.get(f"{draft}/review")
    token, shown = TOKEN.search(page), SHOWN.search(page)
    if token is None or shown is None:
        raise RuntimeError("the review page has no form to place the order")
    form = {"token": token.group(1).decode(), "shown": unescape(shown.group(1).decode())}
    browser.post(f"{draft}/placement", form)
    browser.unsay()


SCENARIOS = (
    Scenario("history", aim=310, page=_history),
    Scenario("detail", aim=310, page=_detail),
    Scenario("search", aim=130, page=_search),
    Scenario("invoices", page=_invoices),
    Scenario("ageing", page=_ageing),
    Scenario("reorder 20 lines", step=reorder),
    Scenario("reorder and place", aim=44, step=reorder_and_place),
    Scenario("support by number", staff=True, aim=200, page=_number),
    Scenario("support by name", staff=True, aim=200, page=_name),
    Scenario("support: the order", staff=True, page=_support_order),
)


def measure(scenario: Scenario, world: World, host: str, people: int, seconds: float) -> tuple[Measured, int]:
    """Run a scenario; returns what was measured, and the bytes of one answer (of all, in a chain)."""
    persons = [world.support] * people if scenario.staff else world.buyers[:people]
    browsers = [Browser(host, person) for person in persons]
    for browser in browsers:
        browser.prepare()
    before = browsers[0].received
    if scenario.page is None:
        assert scenario.step is not None
        scenario.step(browsers[0], 0)
        size = browsers[0].received - before
        return run(browsers, scenario.step, seconds), size
    asked = list(islice(_asked(scenario, world, browsers), ADDRESSES))
    sizes = [len(browsers[0].send("GET", path)[1]) for path, _ in asked[: len(WORDS) * people : people]]
    measured = (
        fetch(host, asked, people, seconds)
        if WRK
        else run(browsers, lambda browser, n: browser.look(asked[n % len(asked)][0]), seconds)
    )
    return measured, sum(sizes) // len(sizes)


def _asked(scenario: Scenario, world: World, browsers: list[Browser]) -> Iterator[tuple[str, str]]:
    assert scenario.page is not None
    for n in range(ADDRESSES):
        browser = browsers[n % len(browsers)]
        yield scenario.page(world, browser.person, n), browser.cookie
