"""The application: the only place that knows every blueprint."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy import Engine

from portal.accounts import pages as accounts
from portal.accounts.moved_forms.page import moved_form
from portal.billing import pages as billing
from portal.billing.stripe.api import Stripe
from portal.catalog import pages as catalog
from portal.desk import pages as desk
from portal.foundation import logs, rooms
from portal.foundation.config import Settings, from_environment, resource_dir
from portal.foundation.db import make_engine, make_sessions
from portal.orders import pages as orders
from portal.stores import pages as stores
from portal.touchpoints import views as touchpoints
from portal.web import access, errors, filters, security, sessions, touch, transaction, ui
from portal.web.answers import compression, health, request_log
from portal.web.browser import form_tokens
from portal.web.look import assets, styleguide, templates

BLUEPRINTS = (
    health.blueprint,
    accounts.blueprint,
    accounts.staff_blueprint,
    catalog.blueprint,
    stores.blueprint,
    billing.blueprint,
    billing.staff_blueprint,
    orders.blueprint,
    orders.staff_blueprint,
    desk.blueprint,
    touchpoints.blueprint,
)


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> Flask:
    """Build the portal.

    :param settings: from the environment when not given.
    :param engine: connection pool to use instead of an own one (tests).
    :raises ConfigError: when a setting is missing or wrong.
    :raises RuntimeError: when a view does not say who may see it.
    """
    settings = settings or from_environment()
    logs.configure(settings.log_format)
    app = _flask()
    engine = engine or make_engine(settings)
    app.extensions.update(settings=settings, engine=engine, sessions=make_sessions(engine))
    app.extensions["stripe"] = Stripe.from_settings(settings, for_pages=True)
    _install(app, settings)
    _register(app, settings)
    access.refuse_undeclared(app)
    return app


def _flask() -> Flask:
    app = Flask(
        "portal", template_folder=str(resource_dir("templates")), static_folder=str(resource_dir("static"))
    )
    app.jinja_environment = templates.Environment
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def _install(app: Flask, settings: Settings) -> None:
    # The order matters: after_request handlers run in reverse, so the commit (installed last) comes first.
    request_log.begin(app)
    compression.install(app)
    security.install(app, settings)
    form_tokens.install(app)
    assets.install(app)
    sessions.install(app)
    form_tokens.bind(app, moved_form)
    access.install(app)
    request_log.bind(app)
    filters.install(app)
    ui.install(app, settings)
    errors.install(app)
    transaction.install(app)
    touch.install(app)  # its handler runs before the commit and says where facts come from


def _register(app: Flask, settings: Settings) -> None:
    rooms.modules("views", "staff_views")  # importing them puts the views on their blueprints
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.environment == "development":
        app.register_blueprint(styleguide.blueprint)
