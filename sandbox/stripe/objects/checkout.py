"""Checkout Sessions: a page on which a person pays (``mode=payment``) or saves a way of paying (``mode=setup``)."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from sandbox.stripe.context import Context, listed, merged
from sandbox.stripe.controls import timers
from sandbox.stripe.currencies import check_amount, check_currency
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import customers, intents, setups
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import invalid
from sandbox.stripe.wire.lists import page

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
SHORTEST, LONGEST = 30 * 60, 24 * 3600
# What the portal does not use, as Stripe shows it.
SWITCHED_OFF: Thing = {
    "adaptive_pricing": {"enabled": False},
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "custom_fields": [],
    "custom_text": dict.fromkeys(
        ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    ),
    "discounts": [],
    "payment_method_options": {},
    "phone_number_collection": {"enabled": False},
    "shipping_options": [],
}
NOTHING = (
    "amount_subtotal",
    "amount_total",
    "client_secret",
    "origin_context",
    "total_details",
    "after_expiration",
    "allow_promotion_codes",
    "billing_address_collection",
    "collected_information",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer_details",
    "invoice",
    "invoice_creation",
    "payment_intent",
    "payment_link",
    "payment_method_configuration_details",
    "permissions",
    "recovered_from",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "subscription",
    "wallet_options",
)


def create(ctx: Context, params: Thing) -> Thing:
    """POST /v1/checkout/sessions

    :raises ApiError: for what can't be paid: no lines, mixed currencies, a page that is open too short or too long.
    """
    mode = params.get("mode", "payment")
    if mode not in {"payment", "setup"} or params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("This sandbox has the modes payment and setup, on a hosted page.", param="mode")
    _check_urls(params)
    lines = _lines(params, mode)
    currency = _currency(params, lines)
    session = _blank(ctx, params, mode)
    session.update(
        currency=currency,
        payment_method_types=intents.check_types(params.get("payment_method_types"), currency or "usd"),
        url=f"{ctx.address}/c/pay/{session['id']}",
    )
    if mode == "payment":
        _price(session, lines)
    else:
        _prepare_setup(ctx, session, params)
    ctx.store.add(
        session, {"line_items": lines, "payment_intent_data": params.get("payment_intent_data", {})}
    )
    timers.plan(ctx, session["expires_at"] - ctx.now, "expire_session", session["id"])
    return session


def _check_urls(params: Thing) -> None:
    if "success_url" not in params:
        raise invalid("Missing required param: success_url.", param="success_url", code="parameter_missing")
    for name in ("success_url", "cancel_url"):
        address = urlsplit(params.get(name, "http://localhost/"))
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise invalid(f"Not a valid URL: {params[name]}", param=name, code="url_invalid")


def _lines(params: Thing, mode: str) -> list[Thing]:
    given = params.get("line_items") or []
    if mode == "setup":
        if given:
            raise invalid("line_items can't be used in setup mode.", param="line_items")
        return []
    if not 0 < len(given) <= 100:
        raise invalid(
            "line_items takes 1 to 100 lines in payment mode.", param="line_items", code="parameter_missing"
        )
    return [_line(line, f"line_items[{place}]") for place, line in enumerate(given)]


def _line(line: Thing, path: str) -> Thing:
    price = line.get("price_data")
    if not price or "product_data" not in price:
        raise invalid(f"{path} needs price_data with product_data.", param=path, code="parameter_missing")
    unit, quantity = _unit_amount(price, path), line.get("quantity", 1)
    if unit < 0 or quantity < 1:
        raise invalid("Amounts are at least 0 and quantities at least 1.", param=f"{path}[quantity]")
    total = unit * quantity
    return {
        "id": ids.new("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": check_currency(price["currency"]),
        "description": price["product_data"]["name"],
        "quantity": quantity,
    }


def _unit_amount(price: Thing, path: str) -> int:
    if "unit_amount" in price:
        return int(price["unit_amount"])
    text = price.get("unit_amount_decimal", "")
    whole, _, rest = text.partition(".")
    if not whole.isdecimal() or rest.strip("0"):
        raise invalid(
            f"{path} needs unit_amount; this sandbox takes unit_amount_decimal in whole minor units only.",
            param=f"{path}[price_data][unit_amount]",
        )
    return int(whole)


def _currency(params: Thing, lines: list[Thing]) -> str | None:
    found = {line["currency"] for line in lines}
    if "currency" in params:
        found.add(check_currency(params["currency"]))
    if len(found) > 1:
        raise invalid("All lines must have the same currency.", param="line_items")
    return found.pop() if found else None


def _blank(ctx: Context, params: Thing, mode: str) -> Thing:
    customer = _payer(ctx, params)
    return {
        "id": ids.new("cs_test", 58),
        "object": "checkout.session",
        **dict.fromkeys(NOTHING),
        **deepcopy(SWITCHED_OFF),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": ctx.now,
        "customer": customer,
        "customer_creation": None
        if customer or mode == "setup"
        else params.get("customer_creation", "if_required"),
        "customer_email": params.get("customer_email"),
        "expires_at": _expiry(ctx, params),
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": merged({}, params.get("metadata")),
        "mode": mode,
        "payment_method_collection": "if_required" if mode == "payment" else "always",
        "payment_status": "unpaid" if mode == "payment" else "no_payment_required",
        "saved_payment_method_options": _saved_options(params, customer),
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "ui_mode": "hosted_page",
    }


def _payer(ctx: Context, params: Thing) -> str | None:
    """The customer of a new session; refuses a bad address of somebody who is not one."""
    customer = customers.known(ctx, params.get("customer"))
    email = params.get("customer_email")
    if customer and email:
        raise invalid("Give customer or customer_email, not both.", param="customer_email")
    if email is not None and not EMAIL.fullmatch(email):
        raise invalid(f"Invalid email address: {email}", param="customer_email", code="email_invalid")
    return customer


def _saved_options(params: Thing, customer: str | None) -> Thing | None:
    if "saved_payment_method_options" not in params and not customer:
        return None
    return {
        "allow_redisplay_filters": ["always"],
        "payment_method_remove": "disabled",
        "payment_method_save": None,
        **params.get("saved_payment_method_options", {}),
    }


def _expiry(ctx: Context, params: Thing) -> int:
    expires: int = params.get("expires_at", ctx.now + LONGEST)
    if not ctx.now + SHORTEST <= expires <= ctx.now + LONGEST:
        raise invalid(
            "expires_at must be from 30 minutes to 24 hours after the creation.", param="expires_at"
        )
    return expires


def _price(session: Thing, lines: list[Thing]) -> None:
    total = sum(line["amount_total"] for line in lines)
    check_amount(total, session["currency"], "line_items")
    session.update(
        amount_subtotal=total,
        amount_total=total,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    )


def _prepare_setup(ctx: Context, session: Thing, params: Thing) -> None:
    given: Any = params.get("setup_intent_data", {})
    asked = {**given, "payment_method_types": session["payment_method_types"]}
    if session["customer"]:
        asked["customer"] = session["customer"]
    session["setup_intent"] = setups.make(ctx, asked)["id"]


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/checkout/sessions/{session}"""
    return ctx.need("checkout.session", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/checkout/sessions"""
    return page(ctx, "checkout.session", params, "/v1/checkout/sessions")


def line_items(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/checkout/sessions/{session}/line_items"""
    ctx.need("checkout.session", given)
    items = ctx.store.private(given)["line_items"]
    after = (
        [item["id"] for item in items].index(params["starting_after"]) + 1
        if "starting_after" in params
        else 0
    )
    limit = params.get("limit", 10)
    url = f"/v1/checkout/sessions/{given}/line_items"
    return listed(items[after : after + limit], url, more=len(items) > after + limit)


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/checkout/sessions/{session}: metadata only."""
    session = ctx.need("checkout.session", given)
    session["metadata"] = merged(session["metadata"], params.get("metadata"))
    return ctx.store.save(session)


def expire(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/checkout/sessions/{session}/expire

    :raises ApiError: when it is no longer open.
    """
    session = ctx.need("checkout.session", given)
    if session["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        )
    run_out(ctx, given)
    return ctx.need("checkout.session", given)


def run_out(ctx: Context, given: str) -> None:
    """Close an open session for good; what it had begun is cancelled."""
    session = ctx.need("checkout.session", given)
    if session["status"] != "open":
        return
    timers.cancel(ctx, "expire_session", given)
    session.update(status="expired", url=None)
    ctx.store.save(session)
    if session["payment_intent"]:
        intents.give_up(ctx, ctx.need("payment_intent", session["payment_intent"]), "automatic")
    if session["setup_intent"]:
        setups.give_up(ctx, ctx.need("setup_intent", session["setup_intent"]), "abandoned")
    emit(ctx, "checkout.session.expired", session)
