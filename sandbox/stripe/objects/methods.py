"""Payment methods: a card or a bank account, on its own or attached to a customer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.stripe.context import Context, merged
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import banks, cards
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import invalid
from sandbox.stripe.wire.lists import page

NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def keep_card(ctx: Context, card: cards.Card, month: int, year: int, holder: Thing) -> Thing:
    """A new payment method for a card."""
    return _keep(ctx, "card", cards.details(card, month, year), card.number, holder)


def keep_account(ctx: Context, account: banks.Account, holder: Thing) -> Thing:
    """A new payment method for a bank account."""
    return _keep(ctx, "us_bank_account", banks.details(account), account.number, holder)


def _keep(ctx: Context, kind: str, details: Thing, number: str, holder: Thing) -> Thing:
    method = {
        "id": ids.new("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": NO_ADDRESS,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
            **holder,
        },
        "created": ctx.now,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
    }
    return ctx.store.add(method, {"number": number})


def need(ctx: Context, given: str) -> Thing:
    """A payment method by id; a test id such as ``pm_card_visa`` makes a new one, as Stripe does.

    :raises ApiError: when there is none.
    """
    in_two_years = datetime.now(UTC).year + 2
    if given in cards.BY_TEST_ID:
        return keep_card(ctx, cards.BY_TEST_ID[given], 12, in_two_years, {})
    if given in banks.BY_TEST_ID:
        return keep_account(ctx, banks.BY_TEST_ID[given], {"name": "Test account"})
    found: Thing | None = ctx.store.get("payment_method", given)
    if found is None:
        raise invalid(f"No such PaymentMethod: '{given}'", param="payment_method", code="resource_missing")
    return found


def behaviour(ctx: Context, method: Thing) -> cards.Card | banks.Account:
    """What the test number behind a payment method does."""
    number = ctx.store.private(method["id"])["number"]
    return cards.BY_NUMBER.get(number) or banks.BY_NUMBER[number]


def usable(ctx: Context, given: str, customer: str | None) -> Thing:
    """A payment method that may pay for this customer.

    :raises ApiError: when it belongs to somebody else, or was used up or detached.
    """
    method = need(ctx, given)
    if method["customer"] and method["customer"] != customer:
        whose = f"the Customer {customer}" if customer else "a payment without a Customer"
        raise invalid(
            f"The PaymentMethod {given} belongs to another Customer and can't be used with {whose}.",
            param="payment_method",
        )
    if not method["customer"] and ctx.store.private(method["id"]).get("used_up"):
        raise invalid(
            "The provided PaymentMethod was previously used without being attached to a Customer, or was detached "
            "from one, and may not be used again.",
            param="payment_method",
        )
    return method


def bind(ctx: Context, method: Thing, customer: str, redisplay: str = "") -> None:
    """Attach to a customer; nothing when it is already."""
    if redisplay:
        method["allow_redisplay"] = redisplay
    if method["customer"] != customer:
        method["customer"] = customer
        ctx.store.save(method)
        emit(ctx, "payment_method.attached", method)
    ctx.store.save(method)


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/payment_methods/{payment_method}"""
    return ctx.need("payment_method", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/payment_methods: those of a customer."""
    if "customer" not in params:
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    ctx.need("customer", params["customer"], "customer")
    return page(ctx, "payment_method", params, "/v1/payment_methods")


def of_customer(ctx: Context, params: Thing, customer: str) -> Thing:
    """GET /v1/customers/{customer}/payment_methods"""
    ctx.need("customer", customer)
    url = f"/v1/customers/{customer}/payment_methods"
    return page(ctx, "payment_method", params, url, customer=customer)


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/payment_methods/{payment_method}"""
    method = ctx.need("payment_method", given)
    if "metadata" in params:
        method["metadata"] = merged(method["metadata"], params["metadata"])
    for name, value in (params.get("billing_details") or {}).items():
        method["billing_details"][name] = _address(value) if name == "address" else value or None
    method["allow_redisplay"] = params.get("allow_redisplay", method["allow_redisplay"])
    emit(ctx, "payment_method.updated", ctx.store.save(method))
    return method


def _address(given: Any) -> Thing:
    return {**NO_ADDRESS, **(given or {})}


def attach(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/payment_methods/{payment_method}/attach: a card that declines at once can't be attached."""
    customer = params.get("customer")
    if not customer:
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    ctx.need("customer", customer, "customer")
    method = usable(ctx, given, customer)
    card = behaviour(ctx, method)
    if isinstance(card, cards.Card) and card.decline and not card.setup_works:
        raise cards.refusal(card)
    bind(ctx, method, customer)
    return method


def detach(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/payment_methods/{payment_method}/detach: for good."""
    method = ctx.need("payment_method", given)
    if not method["customer"]:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    previous = {"customer": method["customer"]}
    method["customer"] = None
    ctx.store.save(method)
    ctx.store.note(given, used_up=True)
    emit(ctx, "payment_method.detached", method, previous)
    return method
