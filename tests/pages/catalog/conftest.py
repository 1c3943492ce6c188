"""Fixtures of the catalog's pages."""

from __future__ import annotations

import pytest

from tests.builders import Build
from tests.page import PageClient
from tests.pages.catalog.scene import Scene


@pytest.fixture
def scene(build: Build) -> Scene:
    return Scene(build)


@pytest.fixture
def buyer(client: PageClient, scene: Scene) -> PageClient:
    client.sign_in(scene.buyer.email)
    return client
