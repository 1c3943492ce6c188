"""Webhook endpoints: where events are sent, and the secret that signs them."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.stripe.context import API_VERSION, Context, merged
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import invalid
from sandbox.stripe.wire.lists import page


def make(ctx: Context, url: str, kinds: list[str], *, secret: str = "", params: Thing | None = None) -> Thing:
    """A new endpoint; the secret is shown once, here.

    :raises ApiError: when the address is none.
    """
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise invalid("Invalid URL: it begins with http:// or https://.", param="url", code="url_invalid")
    params = params or {}
    endpoint = {
        "id": ids.new("we"),
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": ctx.now,
        "description": params.get("description") or None,
        "enabled_events": kinds,
        "livemode": False,
        "metadata": merged({}, params.get("metadata")),
        "status": "enabled",
        "url": url,
    }
    secret = secret or ids.new("whsec", 32)
    ctx.store.add(endpoint, {"secret": secret})
    return {**endpoint, "secret": secret}


def configure(ctx: Context, url: str, secret: str) -> None:
    """The endpoint named at the start of the process; the same one after a restart."""
    for endpoint in ctx.store.where("webhook_endpoint", url=url):
        ctx.store.note(endpoint["id"], secret=secret)
        return
    make(ctx, url, ["*"], secret=secret)


def create(ctx: Context, params: Thing) -> Thing:
    """POST /v1/webhook_endpoints"""
    return make(ctx, params["url"], params["enabled_events"], params=params)


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/webhook_endpoints/{webhook_endpoint}"""
    return ctx.need("webhook_endpoint", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/webhook_endpoints"""
    return page(ctx, "webhook_endpoint", params, "/v1/webhook_endpoints")


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/webhook_endpoints/{webhook_endpoint}"""
    endpoint = ctx.need("webhook_endpoint", given)
    for name in ("url", "enabled_events", "description"):
        endpoint[name] = params.get(name, endpoint[name])
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    if "metadata" in params:
        endpoint["metadata"] = merged(endpoint["metadata"], params["metadata"])
    return ctx.store.save(endpoint)


def delete(ctx: Context, params: Thing, given: str) -> Thing:
    """DELETE /v1/webhook_endpoints/{webhook_endpoint}: what it was still owed is not sent."""
    ctx.need("webhook_endpoint", given)
    ctx.store.run("update deliveries set state = 'dropped' where endpoint = ? and state = 'pending'", given)
    ctx.store.remove(given)
    return {"id": given, "object": "webhook_endpoint", "deleted": True}
