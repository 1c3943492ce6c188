"""HEAD of every page of the access table: the status and the target of GET, without a body, and nothing changed."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.rules.access.answers import address, pages
from tests.rules.access.people import World
from tests.rules.access.whole_database import Snapshot

ASKERS = ("visitor", "buyer", "admin", "acting_rep", "support", "staff_admin")


def answer(world: World, asker: str, method: str, path: str) -> tuple[int, str | None]:
    """Status and target."""
    response = world.browser(asker).open(path, method=method, buffered=True)
    assert method == "GET" or response.get_data() == b"", path
    response.close()
    return response.status_code, response.headers.get("Location")


@pytest.mark.slow
def test_head_answers_as_get_does(unlocked: Flask, world: World, snapshot: Snapshot) -> None:
    """Seen failing with ``request.method == "GET"``: 410 for a reset link, 422 for /sign-in, 401 instead of the way to
    sign in."""
    wrong = []
    for route in pages(unlocked):
        path = address(route, world)
        for asker in ASKERS:
            head, got = answer(world, asker, "HEAD", path), answer(world, asker, "GET", path)
            if head != got:
                wrong.append(f"{path} as {asker}: {head}, GET {got}")
        assert not snapshot.changed(), path
    assert wrong == [], "\n" + "\n".join(wrong)
