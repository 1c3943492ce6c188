"""What people do, as sequences of requests. One step is one whole job of one person."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from bench.client import Browser
from bench.load import Step
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


@dataclass(frozen=True)
class Scenario:
    """A scenario: who does it, how, and how often it should be possible in a second on two cores."""

    name: str
    staff: bool
    step: Callable[[World], Step]
    aim: float | None = None


def history(world: World) -> Step:
    def step(browser: Browser, n: int) -> None:
        browser.get("/orders")

    return step


def detail(world: World) -> Step:
    def step(browser: Browser, n: int) -> None:
        browser.get(f"/orders/{browser.order}")

    return step


def search(world: World) -> Step:
    def step(browser: Browser, n: int) -> None:
        browser.get(f"/products?q={WORDS[n % len(WORDS)].replace(' ', '+')}")

    return step


def reorder(world: World) -> Step:
    def step(browser: Browser, n: int) -> None:
        _reorder(browser, browser.order)

    return step


def reorder_and_place(world: World) -> Step:
    """Everything a buyer does: reorder 20 lines, choose how, read the review, place."""

    def step(browser: Browser, n: int) -> None:
        place(browser, choose(browser, _reorder(browser, browser.order)))

    return step


def by_number(world: World) -> Step:
    return lambda browser, n: _follow(browser, f"/lookup?q={world.numbers[n % len(world.numbers)]}")


def by_name(world: World) -> Step:
    pick = random.Random(1)
    return lambda browser, n: _follow(
        browser, f"/lookup?q=Painting+company+{pick.randrange(1, world.companies)}"
    )


SCENARIOS = (
    Scenario("history", False, history, 310),
    Scenario("detail", False, detail, 310),
    Scenario("search", False, search, 130),
    Scenario("reorder 20 lines", False, reorder),
    Scenario("reorder and place", False, reorder_and_place, 44),
    Scenario("support by number", True, by_number, 200),
    Scenario("support by name", True, by_name, 200),
)


def choose(browser: Browser, draft: str) -> str:
    """The pickup step with what the page suggests: the home store, as soon as possible."""
    browser.post(
        f"{draft}/pickup",
        {"fulfilment": "pickup", "store_id": browser.store, "pickup_person": "Bench", "po_number": "BENCH"},
    )
    return draft


def place(browser: Browser, draft: str) -> str:
    """Read the review, place what it shows; returns where the placed order is."""
    page = browser.get(f"{draft}/review")
    token, shown = TOKEN.search(page), SHOWN.search(page)
    if token is None or shown is None:
        raise RuntimeError("the review page has no form to place the order")
    form = {"token": token.group(1).decode(), "shown": unescape(shown.group(1).decode())}
    return browser.post(f"{draft}/placement", form)


def prepare(browser: Browser) -> None:
    """A form token and the store to collect at, as a person's first page gives them."""
    browser.get("/account")


def _reorder(browser: Browser, number: str) -> str:
    return browser.post(f"/orders/{number}/reorders", {"everything": "1", "into": "new"})


def _follow(browser: Browser, path: str) -> None:
    """A look-up that finds exactly one thing may lead straight to it."""
    status, _, location = browser.send("GET", path)
    if status in (302, 303):
        browser.get(location)
    elif status != 200:
        raise RuntimeError(f"GET {path} answered {status}")
