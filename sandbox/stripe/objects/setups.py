"""Setup intents: save a way of paying for later, without a charge now."""

from __future__ import annotations

from sandbox.stripe.context import Context, merged
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import cards, customers, mandates, methods
from sandbox.stripe.openapi.wanted import METHOD_TYPES
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import ApiError, invalid
from sandbox.stripe.wire.lists import page

OPEN = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


def make(ctx: Context, params: Thing) -> Thing:
    """A new setup intent, with its event.

    :raises ApiError: for a payment method type that the sandbox has not got.
    """
    types = params.get("payment_method_types") or ["card", "us_bank_account"]
    for name in types:
        if name not in METHOD_TYPES:
            raise invalid(
                f"This sandbox does not have the payment method type {name}.", param="payment_method_types"
            )
    given = ids.new("seti")
    intent: Thing = {
        "id": given,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": ids.new(f"{given}_secret"),
        "created": ctx.now,
        "customer": customers.known(ctx, params.get("customer")),
        "description": params.get("description") or None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merged({}, params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": types,
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    ctx.store.add(intent, {"return_url": params.get("return_url")})
    emit(ctx, "setup_intent.created", intent)
    return intent


def create(ctx: Context, params: Thing) -> Thing:
    """POST /v1/setup_intents"""
    intent = make(ctx, params)
    if params.get("payment_method"):
        method = methods.usable(ctx, params["payment_method"], intent["customer"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
        ctx.store.save(intent)
    return _confirm(ctx, intent, params) if params.get("confirm") else intent


def confirm(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/setup_intents/{intent}/confirm"""
    intent = ctx.need("setup_intent", given)
    if "return_url" in params:
        ctx.store.note(given, return_url=params["return_url"])
    return _confirm(ctx, intent, params)


def _confirm(ctx: Context, intent: Thing, params: Thing) -> Thing:
    if intent["status"] not in OPEN:
        raise invalid(
            f"You cannot confirm this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
        )
    method_id = params.get("payment_method") or intent["payment_method"]
    if not method_id:
        raise invalid("You cannot confirm this SetupIntent because it's missing a payment method.")
    attempt(ctx, intent, methods.usable(ctx, method_id, intent["customer"]))
    return intent


def attempt(
    ctx: Context, intent: Thing, method: Thing, *, authenticated: bool = False, redisplay: str = ""
) -> None:
    """Save the method for the customer; it may ask for 3-D Secure first.

    :raises ApiError: 402 when the bank declines.
    """
    intent.update(payment_method=method["id"], last_setup_error=None, next_action=None)
    card = methods.behaviour(ctx, method)
    if isinstance(card, cards.Card):
        if card.asks != "never" and not authenticated:
            _ask(ctx, intent)
            return
        if card.decline and not card.setup_works:
            raise _failed(ctx, intent, method, cards.refusal(card))
    ctx.store.note(method["id"], set_up=True)
    if intent["customer"]:
        methods.bind(ctx, method, intent["customer"], redisplay)
    intent.update(status="succeeded", mandate=mandates.make(ctx, method)["id"])
    emit(ctx, "setup_intent.succeeded", ctx.store.save(intent))


def _ask(ctx: Context, intent: Thing) -> None:
    where = {"return_url": ctx.store.private(intent["id"]).get("return_url")}
    where["url"] = f"{ctx.address}/challenge/{intent['id']}"
    intent.update(status="requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": where})
    emit(ctx, "setup_intent.requires_action", ctx.store.save(intent))


def _failed(ctx: Context, intent: Thing, method: Thing, error: ApiError) -> ApiError:
    reason = {**error.fields, "payment_method": method}
    intent.update(
        status="requires_payment_method", payment_method=None, next_action=None, last_setup_error=reason
    )
    emit(ctx, "setup_intent.setup_failed", ctx.store.save(intent))
    error.fields = {**reason, "setup_intent": intent}
    return error


def answer_challenge(ctx: Context, intent: Thing, *, passed: bool) -> None:
    """The payer is back from the bank's page.

    :raises ApiError: 402 when the payer failed there or the bank declines all the same.
    """
    method = ctx.need("payment_method", intent["payment_method"])
    if passed:
        attempt(ctx, intent, method, authenticated=True)
        return
    message = "We are unable to authenticate your payment method. Choose another one and try again."
    error = ApiError(
        402, "invalid_request_error", message, keep=True, code="setup_intent_authentication_failure"
    )
    raise _failed(ctx, intent, method, error)


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/setup_intents/{intent}"""
    return ctx.need("setup_intent", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/setup_intents"""
    return page(ctx, "setup_intent", params, "/v1/setup_intents")


def cancel(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/setup_intents/{intent}/cancel"""
    intent = ctx.need("setup_intent", given)
    if intent["status"] not in OPEN:
        raise invalid(
            f"You cannot cancel this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
        )
    return give_up(ctx, intent, params.get("cancellation_reason"))


def give_up(ctx: Context, intent: Thing, reason: str | None) -> Thing:
    """The intent is over, nothing was saved."""
    intent.update(status="canceled", cancellation_reason=reason, next_action=None)
    emit(ctx, "setup_intent.canceled", ctx.store.save(intent))
    return intent
