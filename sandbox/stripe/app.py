"""Puts the sandbox together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from sandbox.stripe import pages
from sandbox.stripe.controls import backstage, control
from sandbox.stripe.controls.faulty import Faulty, Prey
from sandbox.stripe.store import Store
from sandbox.stripe.wire import api
from sandbox.stripe.wire.api import Api


@dataclass(frozen=True)
class Options:
    """What the process is told at its start. An empty key takes any test key; no folder keeps nothing."""

    port: int
    state: Path | None = None
    key: str = ""
    webhook: str = ""
    webhook_secret: str = ""
    retry_seconds: float = 0.5
    may_kill: tuple[int, ...] = ()

    @property
    def address(self) -> str:
        """Where the sandbox is reached."""
        return f"http://127.0.0.1:{self.port}"


def create_app(options: Options, store: Store) -> Flask:
    """The application over a store."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 512 * 1024
    app.jinja_env.autoescape = True
    prey = Prey(list(options.may_kill))
    app.extensions.update(store=store, prey=prey, stripe_api=Api(store, options.address, options.key))
    for blueprint in (api.blueprint, control.blueprint, backstage.blueprint, pages.blueprint):
        app.register_blueprint(blueprint)
    app.wsgi_app = Faulty(app.wsgi_app, store, prey)  # type: ignore[method-assign]
    return app
