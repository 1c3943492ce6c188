"""What several domain tests start from."""

from __future__ import annotations

import pytest

from tests.builders import Build
from tests.shop import Shop


@pytest.fixture
def shop(build: Build) -> Shop:
    company, store = build.company("Harbor Painting"), build.store("Dock Street")
    user = build.user(company)
    return Shop(build, company, user, build.actor(user, company), store)
