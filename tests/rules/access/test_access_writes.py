"""Every write × every kind of actor, against the table in access_table.py; a denied write changes nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from tests.builders import Build
from tests.rules.access.access_table import lines
from tests.rules.access.answers import DENIED, address, answers, writes
from tests.rules.access.people import ACTORS, World, everybody
from tests.rules.access.whole_database import Snapshot

# The browser's beacon carries none and its origin is checked; Stripe's webhook carries a signature.
WITHOUT_TOKEN = {"/beacon", "/hooks/stripe"}


@pytest.mark.slow
def test_every_write_answers_every_actor_as_the_table_says(
    unlocked: Flask, world: World, snapshot: Snapshot
) -> None:
    """Who is to be denied tries first: one look at the whole database says that nothing came of it. Those who may
    each find everything as it was. Seen failing with 403 for an admin's ok in the table, with a denied write that
    leaves a row, and without putting things back between those who may."""
    table, wrong = lines(), []
    for route in writes(unlocked):
        expected = dict(zip(ACTORS, table.get(route.name, ["?"] * len(ACTORS)), strict=True))
        got = answers(route, world, [actor for actor in ACTORS if expected[actor] in DENIED])
        if changed := snapshot.changed():
            wrong.append(f"{route.name} changed {', '.join(sorted(changed))} for one of {', '.join(got)}")
            snapshot.restore()
        for actor in [actor for actor in ACTORS if actor not in got]:
            got |= answers(route, world, [actor])
            if snapshot.changed():
                snapshot.restore()
        if got != expected:
            wrong.append(f"{route.name} {' '.join(got[actor] for actor in ACTORS)}")
    assert wrong == [], "\n" + "\n".join(wrong)


def test_every_write_needs_a_form_token(app: Flask, engine: Engine) -> None:
    build = Build(sessionmaker(engine, expire_on_commit=False)())
    world = everybody(build, app)
    build.session.close()
    snapshot = Snapshot(engine)
    try:
        for route in writes(app):
            if route.rule not in WITHOUT_TOKEN:
                for actor in ("visitor", "buyer", "staff_admin"):
                    response = world.browser(actor).open(address(route, world), method=route.method)
                    assert response.status_code == 400, (
                        f"{route.name} without a token: {response.status_code}"
                    )
        assert snapshot.changed() == set()
    finally:
        snapshot.close()
