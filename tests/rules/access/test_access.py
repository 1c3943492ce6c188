"""Every page × every kind of actor, against the table in access_table.py; no GET changes anything."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.rules.access.access_table import columns, lines
from tests.rules.access.answers import answers, pages, routes
from tests.rules.access.people import ACTORS, World
from tests.rules.access.whole_database import Snapshot


def test_every_route_has_a_line_and_every_line_a_route(app: Flask) -> None:
    assert {route.name for route in routes(app)} == set(lines())


def test_the_columns_are_the_actors() -> None:
    assert columns() == ACTORS


@pytest.mark.slow
def test_every_page_answers_every_actor_as_the_table_says(
    unlocked: Flask, world: World, snapshot: Snapshot
) -> None:
    """One look at the whole database for each page, after all actors had it. Seen failing with 403 for a buyer's 200
    in the table, and with a page that writes."""
    table, wrong = lines(), []
    for route in pages(unlocked):
        got = answers(route, world, ACTORS)
        if list(got.values()) != table.get(route.name):
            wrong.append(f"{route.name} {' '.join(got.values())}")
        if changed := snapshot.changed():
            wrong.append(f"{route.name} changed {', '.join(sorted(changed))}")
            snapshot.restore()
    assert wrong == [], "\n" + "\n".join(wrong)
