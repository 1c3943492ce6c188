"""A store with customers, for the pages of the desk."""

from __future__ import annotations

import pytest

from tests.builders import Build
from tests.placed_orders import Counter, counter


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build, on_hand=100_000)
