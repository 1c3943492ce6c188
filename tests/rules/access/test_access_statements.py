"""No page asks too much of the database, whoever looks at it."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.foundation.postgres.statements import counted
from tests.rules.access.answers import address, pages
from tests.rules.access.people import ACTORS, World

# Statements a page may take before its response; budgets of single pages are held by their own tests.
MOST_STATEMENTS = 14


@pytest.mark.slow
def test_no_page_asks_too_much_of_the_database(unlocked: Flask, world: World) -> None:
    much = {}
    for route in pages(unlocked):
        path = address(route, world)
        for actor in ACTORS:
            with counted() as heard:
                response = world.browser(actor).get(path, buffered=False)
                before_response = len(heard)
                response.close()
            if before_response > MOST_STATEMENTS:
                much[f"{route.name} ({actor})"] = before_response
    assert much == {}
