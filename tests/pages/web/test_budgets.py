"""The budgets of the busiest pages at a glance: SQL statements before the response, at two sizes each.

A budget is a promise of the product (docs/performance.md); the second size shows that it does not grow.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from portal.foundation.secrets.handles import read_handle
from tests.builders import Build
from tests.page import PageClient
from tests.pages.orders.test_checkout import order_it
from tests.pages.orders.test_reorder import ordered
from tests.shop import Shop

Counting = Callable[[], AbstractContextManager[list[str]]]
SIZES = (20, 200)


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id, limit=100_000_000)
    user = build.user(company, name="Dana Ortiz")
    return Shop(build, company, user, build.actor(user, company), store)


def cost(statements: Counting, action: Callable[[], object]) -> int:
    with statements() as heard:
        action()
    return len(heard)


def test_reading(shop: Shop, app: Flask, statements: Counting) -> None:
    """A history of 1 and of 30 orders, an order of 20 and of 200 lines, a search that finds 1 and one with pages."""
    buyer, support = PageClient(app), PageClient(app)
    buyer.sign_in(shop.user.email)
    support.sign_in(shop.build.user(kind="support").email)
    found = []
    for lines, orders in zip(SIZES, (1, 29), strict=True):
        number = [ordered(shop, lines, name="Roller frame"), *(ordered(shop, 1) for _ in range(orders - 1))][
            0
        ]
        history = cost(statements, lambda: buyer.get("/orders"))
        detail = cost(statements, lambda: buyer.get(f"/orders/{number}"))  # noqa: B023
        search = cost(statements, lambda: buyer.get("/products?q=roller+frame"))
        by_number = cost(statements, lambda: support.get(f"/lookup?q={number}", status=302))  # noqa: B023
        found.append((history, detail, search, by_number))
    assert found[0] == found[1], found
    history, detail, search, by_number = found[0]
    assert history <= 6, found
    assert detail <= 6, found
    assert search <= 6, found
    assert by_number <= 4, found


def test_ordering(shop: Shop, client: PageClient, statements: Counting) -> None:
    """Reordering and placing 20 and 200 lines."""
    client.sign_in(shop.user.email)
    found = []
    for lines in SIZES:
        number = ordered(shop, lines)
        client.get(f"/orders/{number}/reorder")
        form = {"everything": "1", "into": "new"}
        with statements() as heard:
            draft = client.post(f"/orders/{number}/reorders", form).headers["Location"]
        reorder = len(heard)
        client.get(f"{draft}/pickup")
        client.follow(client.post(f"{draft}/pickup", {"store_id": str(shop.store.id)}))
        draft_id = read_handle("draft", draft.rpartition("/")[2]) or 0
        place = cost(statements, lambda: order_it(client, draft_id))  # noqa: B023
        found.append((reorder, place))
    assert found[0] == found[1], found
    assert found[0][0] <= 12, found
    assert found[0][1] <= 20, found
