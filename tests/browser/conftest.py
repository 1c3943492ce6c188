"""Real browsers on a real, running portal. One portal for all journeys; pictures go to var/screenshots."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from portal.foundation.config import var_dir
from tests.browser.person import Person, Size
from tests.browser.stack import Stack

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What is waited for comes at once on a machine that is free; on a busy one it may take its time.
expect.set_options(timeout=20_000)
SIZES = [Size("phone", 375, 812), Size("desktop", 1280, 900)]


@pytest.fixture(scope="session")
def alone(worker_name: str) -> None:
    """All journeys share one portal and its mailbox. Side by side there would be one for each process, and
    nobody's would be quick enough to wait for."""
    if worker_name != "one":
        pytest.fail(
            "The browser journeys share one portal: run them in one process, without -n (as make test does).",
            pytrace=False,
        )


@pytest.fixture(scope="session")
def stack(
    alone: None, server_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The running portal."""
    name = f"browser_{os.getpid()}"
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    running = Stack(tmp_path_factory.mktemp("portal"), server_url(name))
    with psycopg.connect(server_url(name), autocommit=True) as connection:
        # The journeys order again and again; none may fail because another used up the credit.
        connection.execute("update credit_account set limit_minor = limit_minor + 100000000")
    yield running
    running.stop()
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database "{name}" with (force)')


def chromium() -> str | None:
    """Path of a Chromium, or None."""
    return os.environ.get("CHROMIUM") or next(
        (path for name in CHROMIUM if (path := shutil.which(name))), None
    )


@pytest.fixture(scope="session")
def browser(alone: None) -> Iterator[Browser]:
    """Chromium; a run without one ends here and says how to get it."""
    program = chromium()
    if program is None:
        pytest.exit("The browser tests need Chromium: install the package chromium, or set CHROMIUM.", 1)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(params=SIZES, ids=lambda size: size.name)
def size(request: pytest.FixtureRequest) -> Size:
    """The journey is made at each of these."""
    chosen: Size = request.param
    return chosen


@pytest.fixture(scope="session")
def dark_seen() -> set[str]:
    """Kinds of pages that were looked at in the dark."""
    return set()


@pytest.fixture
def visitor(
    browser: Browser, stack: Stack, size: Size, dark_seen: set[str], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Person]]:
    """``visitor("buyer")`` opens a browser of its own, signed in as that demo person or with that mail address;
    without a name, signed out."""
    journey = request.node.originalname.removeprefix("test_").replace("_", "-")
    people: list[Person] = []

    def come(name: str = "", *, scripts: bool = True) -> Person:
        pictures = var_dir() / "screenshots" / journey / (name.partition("@")[0] or "visitor")
        person = Person(browser, stack.address, size, pictures, dark_seen, scripts=scripts)
        people.append(person)
        if name:
            person.sign_in(name if "@" in name else f"{name}@demo.example")
        return person

    yield come
    for person in people:
        person.leave()
    if request.node.stash.get(WENT_WELL, False):
        assert [problem for person in people for problem in person.problems] == []


WENT_WELL = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[WENT_WELL] = report.passed
        if report.failed and "visitor" in getattr(item, "funcargs", {}):
            item.stash[WENT_WELL] = False
    return report
