"""Mandates: a payer's consent to later charges without them."""

from __future__ import annotations

from sandbox.stripe.context import Context
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids


def make(ctx: Context, method: Thing) -> Thing:
    """Consent given online, now, for any number of charges."""
    kind = method["type"]
    return ctx.store.add(
        {
            "id": ids.new("mandate"),
            "object": "mandate",
            "customer_acceptance": {
                "accepted_at": ctx.now,
                "online": {"ip_address": "127.0.0.1", "user_agent": "sandbox"},
                "type": "online",
            },
            "livemode": False,
            "multi_use": {},
            "payment_method": method["id"],
            "payment_method_details": {"type": kind, kind: {}},
            "status": "active",
            "type": "multi_use",
        }
    )


def latest(ctx: Context, method: Thing) -> str | None:
    """The id of the consent that a later charge relies on."""
    found = ctx.store.where("mandate", payment_method=method["id"])
    return found[0]["id"] if found else None


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/mandates/{mandate}"""
    return ctx.need("mandate", given)
