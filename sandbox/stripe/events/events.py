"""Events: what happened to which object, kept for ``/v1/events`` and owed to every webhook endpoint that asked."""

from __future__ import annotations

import json

from sandbox.stripe.context import API_VERSION, Context, listed
from sandbox.stripe.events import webhook_faults
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import invalid
from sandbox.stripe.wire.lists import page


def emit(ctx: Context, kind: str, thing: Thing, previous: Thing | None = None) -> None:
    """Keep the event in the transaction of what happened, and a delivery for each endpoint."""
    endpoints = [e for e in ctx.store.where("webhook_endpoint", status="enabled") if wants(e, kind)]
    data: Thing = {"object": json.loads(json.dumps(thing))}
    if previous:
        data["previous_attributes"] = previous
    event = {
        "id": ids.new("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": ctx.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": len(endpoints),
        "request": {"id": ctx.request_id, "idempotency_key": ctx.idempotency_key},
        "type": kind,
    }
    ctx.store.add(event)
    for endpoint in endpoints:
        webhook_faults.owe(ctx.store, event, endpoint)


def wants(endpoint: Thing, kind: str) -> bool:
    """Whether an endpoint asked for events of this type; ``charge.*`` is understood, too."""
    return any(
        name in {"*", kind} or (name.endswith(".*") and kind.startswith(name[:-1]))
        for name in endpoint["enabled_events"]
    )


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/events/{id}"""
    return ctx.need("event", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/events: of one ``type`` (``charge.*`` too) or of several ``types``."""
    kinds = params.pop("types", None)
    kind = params.pop("type", None)
    delivered = params.pop("delivery_success", None)
    if kinds and kind:
        raise invalid("Give type or types, not both.", param="types")
    if not (kinds or kind or delivered is not None):
        return page(ctx, "event", params, "/v1/events")
    wanted = {"enabled_events": kinds or [kind or "*"]}
    return _searched(ctx, params, wanted, delivered)


def _searched(ctx: Context, params: Thing, wanted: Thing, delivered: bool | None) -> Thing:
    """Looks through pages of all events until one page of the wanted ones is full."""
    limit, found = params.get("limit", 10), []
    params = {**params, "limit": 100}
    while True:
        read = page(ctx, "event", params, "/v1/events")
        found += [e for e in read["data"] if wants(wanted, e["type"]) and _reached(e, delivered)]
        if len(found) > limit or not read["has_more"] or "ending_before" in params:
            return listed(found[:limit], "/v1/events", more=len(found) > limit)
        params["starting_after"] = read["data"][-1]["id"]


def _reached(event: Thing, delivered: bool | None) -> bool:
    return delivered is None or (event["pending_webhooks"] == 0) == delivered
