"""What every response carries, and what no request may do."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Flask, Response, abort, current_app, g, request
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.foundation.config import Settings
from portal.web.browser.cookies import cookie_name
from portal.web.urls import HandleConverter, IdConverter, ItemConverter

# form-action names Stripe's page because Chromium applies it to the redirect after a form, too.
POLICY = "; ".join(
    [
        # Firefox counts the icon sprite under default-src, so 'none' would hide every icon there.
        "default-src 'self'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self' https://checkout.stripe.com",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
}
View = TypeVar("View", bound=Callable[..., Any])
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id() -> str:
    """The id of this request in the logs, on error pages and in the touchpoint log."""
    known: str | None = g.get("request_id")
    if known is None:
        given = request.headers.get("X-Request-Id", "")
        known = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        g.request_id = known
    return known


def takes_up_to(size: int) -> Callable[[View], View]:
    """Let a view take a larger request than others do (a file), in bytes."""

    def mark(view: View) -> View:
        view.max_body_bytes = size  # type: ignore[attr-defined]
        return view

    return mark


def _begin() -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception  # a host that is not ours; nothing else may look at the request
    larger = getattr(current_app.view_functions.get(request.endpoint or ""), "max_body_bytes", None)
    if larger is not None:
        request.max_content_length = larger
    # The path is shown to nobody but goes to PostgreSQL as text, which has no NUL.
    if "\x00" in request.path or "\x00" in request.query_string.decode("latin-1"):
        abort(400)


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", current_app.extensions["policy"])
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = request_id()
    if request.endpoint != "static":
        # A page of one company must never be served to another from a cache.
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def policy(settings: Settings) -> str:
    """The content security policy; in the demo, forms may lead to the sandbox's pay page, too."""
    if settings.payments != "demo":
        return POLICY
    return POLICY.replace("https://checkout.stripe.com", f"https://checkout.stripe.com {settings.stripe_api}")


def install(app: Flask, settings: Settings) -> None:
    """Trusted hosts, size limits, security headers, request ids."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        MAX_FORM_PARTS=4000,
        SESSION_COOKIE_NAME=cookie_name("portal_form", settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.is_secure,
    )
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.url_map.converters.update(int=IdConverter, handle=HandleConverter, item=ItemConverter)
    app.extensions["policy"] = policy(settings)
    app.before_request(_begin)
    app.after_request(_harden)
