"""What several tests of pages start from."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import Engine

from portal.app import create_app
from portal.foundation import logs
from portal.foundation.config import Settings
from tests.paying import Till
from tests.sandbox.stripe.standing import KEY, SECRET


@pytest.fixture
def paying_app(till: Till, settings: Settings, engine: Engine) -> Flask:
    """The portal in demo mode, with the sandbox's Stripe behind it."""
    demo = replace(
        settings, demo=True, stripe_key=KEY, stripe_webhook_secret=SECRET, stripe_api=till.sandbox.url
    )
    app = create_app(demo, engine)
    app.config.update(TESTING=True)
    return app


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What is logged meanwhile, as in production: JSON lines."""
    root = logging.getLogger()
    before, written = root.handlers[:], StringIO()
    logs.configure("json")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = before
