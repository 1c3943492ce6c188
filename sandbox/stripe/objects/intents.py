"""Payment intents: the will to collect an amount, through all its tries."""

from __future__ import annotations

from sandbox.stripe.context import Context, merged
from sandbox.stripe.currencies import check_amount, check_currency
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import customers, methods, paying
from sandbox.stripe.openapi.wanted import METHOD_TYPES
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import invalid
from sandbox.stripe.wire.lists import page

CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
TEXTS = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")
# Fields that are empty in a new intent.
NOTHING = (
    "application",
    "application_fee_amount",
    "canceled_at",
    "cancellation_reason",
    "last_payment_error",
    "latest_charge",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "processing",
    "review",
    "shipping",
    "transfer_data",
    "transfer_group",
)


def make(ctx: Context, params: Thing) -> Thing:
    """A new intent, with its event.

    :raises ApiError: for an amount or currency that can't be charged.
    """
    currency = check_currency(params["currency"])
    check_amount(params["amount"], currency)
    given = ids.new("pi")
    automatic = (params.get("automatic_payment_methods") or {}).get("enabled")
    intent: Thing = {
        "id": given,
        "object": "payment_intent",
        **dict.fromkeys(NOTHING),
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "always"} if automatic else None,
        "capture_method": "automatic_async",
        "client_secret": ids.new(f"{given}_secret"),
        "confirmation_method": "automatic",
        "created": ctx.now,
        "currency": currency,
        "customer": customers.known(ctx, params.get("customer")),
        **{name: params.get(name) or None for name in TEXTS},
        "livemode": False,
        "metadata": merged({}, params.get("metadata")),
        "payment_method_options": {},
        "payment_method_types": check_types(params.get("payment_method_types"), currency),
        "setup_future_usage": params.get("setup_future_usage") or None,
        "status": "requires_payment_method",
    }
    ctx.store.add(intent, {"return_url": params.get("return_url")})
    emit(ctx, "payment_intent.created", intent)
    return intent


def check_types(given: list[str] | None, currency: str) -> list[str]:
    """The ways of paying that are on offer.

    :raises ApiError: for one that the sandbox has not got or that the currency does not allow.
    """
    types = given or (["card", "us_bank_account"] if currency == "usd" else ["card"])
    for name in types:
        if name not in METHOD_TYPES:
            raise invalid(
                f"This sandbox does not have the payment method type {name}.", param="payment_method_types"
            )
    if "us_bank_account" in types and currency != "usd":
        raise invalid("us_bank_account needs the currency usd.", param="payment_method_types")
    return types


def create(ctx: Context, params: Thing) -> Thing:
    """POST /v1/payment_intents; with ``confirm`` it is charged at once.

    :raises ApiError: 402 when the charge is declined.
    """
    if params.get("off_session") and not params.get("confirm"):
        raise invalid("You can only pass off_session together with confirm=true.", param="off_session")
    intent = make(ctx, params)
    if params.get("payment_method"):
        method = methods.usable(ctx, params["payment_method"], intent["customer"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
        ctx.store.save(intent)
    return _confirm(ctx, intent, params) if params.get("confirm") else intent


def confirm(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/payment_intents/{intent}/confirm"""
    intent = ctx.need("payment_intent", given)
    _refuse_of_checkout(ctx, intent, "confirm")
    for name in ("setup_future_usage", "receipt_email"):
        intent[name] = params.get(name, intent[name]) or None
    if "return_url" in params:
        ctx.store.note(given, return_url=params["return_url"])
    return _confirm(ctx, intent, params)


def _confirm(ctx: Context, intent: Thing, params: Thing) -> Thing:
    if intent["status"] not in CONFIRMABLE:
        raise _wrong_state(intent, "confirm")
    method_id = params.get("payment_method") or intent["payment_method"]
    if not method_id:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = methods.usable(ctx, method_id, intent["customer"])
    if method["type"] not in intent["payment_method_types"]:
        raise invalid(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
            param="payment_method",
        )
    if "mandate" in params:
        ctx.need("mandate", params["mandate"], "mandate")
    absent = bool(params.get("off_session")) or bool(params.get("error_on_requires_action"))
    paying.attempt(ctx, intent, method, off_session=absent)
    return intent


def _wrong_state(intent: Thing, verb: str) -> Exception:
    return invalid(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def _refuse_of_checkout(ctx: Context, intent: Thing, verb: str) -> None:
    if ctx.store.where("checkout.session", payment_intent=intent["id"]):
        raise invalid(
            f"You cannot {verb} a PaymentIntent that a Checkout Session made; expire the session instead.",
            code="payment_intent_unexpected_state",
        )


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/payment_intents/{intent}"""
    return ctx.need("payment_intent", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/payment_intents"""
    return page(ctx, "payment_intent", params, "/v1/payment_intents")


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/payment_intents/{intent}"""
    intent = ctx.need("payment_intent", given)
    if "amount" in params:
        if intent["status"] not in CONFIRMABLE:
            raise _wrong_state(intent, "update the amount of")
        check_amount(params["amount"], intent["currency"])
        intent["amount"] = params["amount"]
    if "metadata" in params:
        intent["metadata"] = merged(intent["metadata"], params["metadata"])
    if params.get("customer"):
        intent["customer"] = customers.known(ctx, params["customer"])
    for name in ("description", "receipt_email"):
        intent[name] = params.get(name, intent[name]) or None
    if params.get("payment_method"):
        method = methods.usable(ctx, params["payment_method"], intent["customer"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
    return ctx.store.save(intent)


def cancel(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/payment_intents/{intent}/cancel: while no money is on its way."""
    intent = ctx.need("payment_intent", given)
    _refuse_of_checkout(ctx, intent, "cancel")
    if intent["status"] not in CONFIRMABLE:
        raise _wrong_state(intent, "cancel")
    return give_up(ctx, intent, params.get("cancellation_reason"))


def give_up(ctx: Context, intent: Thing, reason: str | None) -> Thing:
    """The intent is over, unpaid."""
    intent.update(status="canceled", canceled_at=ctx.now, cancellation_reason=reason, next_action=None)
    emit(ctx, "payment_intent.canceled", ctx.store.save(intent))
    return intent
