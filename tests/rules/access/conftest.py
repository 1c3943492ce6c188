"""What the tests of access start from. Imports stand in the fixtures: most rules need none of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from portal.foundation.config import Settings
    from tests.rules.access.people import World
    from tests.rules.access.whole_database import Snapshot


@pytest.fixture
def unlocked(settings: Settings, shared_engine: Engine) -> Flask:
    """The app without form tokens; that they are asked for is a test of its own."""
    from portal.app import create_app

    # Everything is asked for within a minute.
    app = create_app(replace(settings, lookups_per_minute=10**6, lookups_per_hour=10**6), shared_engine)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture
def world(unlocked: Flask, engine: Engine) -> Iterator[World]:
    from sqlalchemy.orm import sessionmaker

    from tests.builders import Build
    from tests.rules.access.people import everybody

    build = Build(sessionmaker(engine, expire_on_commit=False)())
    yield everybody(build, unlocked)
    build.session.close()


@pytest.fixture
def snapshot(world: World, engine: Engine) -> Iterator[Snapshot]:
    from tests.rules.access.whole_database import Snapshot

    taken = Snapshot(engine)
    yield taken
    taken.close()
