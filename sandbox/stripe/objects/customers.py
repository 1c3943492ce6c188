"""Customers of the seller."""

from __future__ import annotations

from sandbox.stripe.context import Context, merged
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import methods
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import missing
from sandbox.stripe.wire.lists import page

PLAIN = ("description", "email", "name", "phone")


def make(ctx: Context, params: Thing) -> Thing:
    """A new customer, with its event."""
    given = ids.new("cus", 14)
    customer: Thing = {
        "id": given,
        "object": "customer",
        "address": _address(params.get("address")),
        "balance": 0,
        "created": ctx.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        **{name: params.get(name) or None for name in PLAIN},
        "invoice_prefix": given[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": merged({}, params.get("metadata")),
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    emit(ctx, "customer.created", ctx.store.add(customer))
    return customer


def _address(given: Thing | str | None) -> Thing | None:
    return {**methods.NO_ADDRESS, **given} if isinstance(given, dict) else None


def create(ctx: Context, params: Thing) -> Thing:
    """POST /v1/customers"""
    return make(ctx, params)


def known(ctx: Context, given: str | None) -> str | None:
    """The id, if there is such a customer or none was named.

    :raises ApiError: when there is no such customer.
    """
    if given is not None:
        ctx.need("customer", given, "customer")
    return given


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/customers/{customer}: a deleted one answers that it is deleted."""
    gone = ctx.store.get("deleted_customer", given)
    if gone is not None:
        return _deleted(given)
    return ctx.need("customer", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/customers"""
    return page(ctx, "customer", params, "/v1/customers")


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/customers/{customer}"""
    customer = ctx.need("customer", given)
    for name in PLAIN:
        if name in params:
            customer[name] = params[name] or None
    if "address" in params:
        customer["address"] = _address(params["address"])
    if "metadata" in params:
        customer["metadata"] = merged(customer["metadata"], params["metadata"])
    default = (params.get("invoice_settings") or {}).get("default_payment_method")
    if default is not None:
        _set_default(ctx, customer, default)
    emit(ctx, "customer.updated", ctx.store.save(customer))
    return customer


def _set_default(ctx: Context, customer: Thing, default: str) -> None:
    if default:
        method = ctx.store.get("payment_method", default)
        if method is None or method["customer"] != customer["id"]:
            raise missing("payment_method", default, "invoice_settings[default_payment_method]")
    customer["invoice_settings"]["default_payment_method"] = default or None


def delete(ctx: Context, params: Thing, given: str) -> Thing:
    """DELETE /v1/customers/{customer}: payments stay, saved methods go."""
    customer = ctx.need("customer", given)
    for method in ctx.store.where("payment_method", customer=given):
        methods.detach(ctx, {}, method["id"])
    ctx.store.run("update objects set kind = 'deleted_customer' where id = ?", given)
    emit(ctx, "customer.deleted", customer)
    return _deleted(given)


def _deleted(given: str) -> Thing:
    return {"id": given, "object": "customer", "deleted": True}
