"""What several tests of pages start from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine

from portal.app import create_app
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
