"""One try to get the money of a payment intent, and what comes of it."""

from __future__ import annotations

from sandbox.stripe.context import Context
from sandbox.stripe.controls import timers
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import banks, cards, charges, mandates, methods
from sandbox.stripe.store import Thing
from sandbox.stripe.wire.errors import ApiError, card_error

DISPUTED_AFTER_SECONDS = 0.5


def attempt(
    ctx: Context, intent: Thing, method: Thing, *, off_session: bool, authenticated: bool = False
) -> None:
    """Charge the method; the intent then has succeeded, is processing or asks for 3-D Secure.

    :raises ApiError: 402 when it is declined; the failed charge and the intent's new state are kept.
    """
    intent.update(payment_method=method["id"], last_payment_error=None, next_action=None)
    means = methods.behaviour(ctx, method)
    if isinstance(means, banks.Account):
        _debit(ctx, intent, method, means)
        return
    if needs_authentication(ctx, means, method) and not authenticated:
        if off_session:
            message = "Your card was declined. This transaction requires authentication."
            raise declined(ctx, intent, method, card_error(message, *["authentication_required"] * 2))
        ask(ctx, intent)
        return
    if means.decline:
        raise declined(ctx, intent, method, cards.refusal(means), authenticated=authenticated)
    charge = charges.make(ctx, intent, method, "succeeded", authenticated=authenticated)
    remember(ctx, intent, method, authenticated=authenticated)
    charges.book(ctx, charge)
    succeed(ctx, intent, charge)
    if means.dispute:
        timers.plan(ctx, DISPUTED_AFTER_SECONDS, "open_dispute", charge["id"])


def needs_authentication(ctx: Context, card: cards.Card, method: Thing) -> bool:
    """Whether the bank wants to hear from the payer before it pays."""
    return card.asks == "always" or (
        card.asks == "once" and not ctx.store.private(method["id"]).get("set_up")
    )


def ask(ctx: Context, intent: Thing) -> None:
    """Send the payer to the bank's page."""
    where = {"return_url": ctx.store.private(intent["id"]).get("return_url")}
    where["url"] = f"{ctx.address}/challenge/{intent['id']}"
    intent.update(status="requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": where})
    emit(ctx, "payment_intent.requires_action", ctx.store.save(intent))


def succeed(ctx: Context, intent: Thing, charge: Thing) -> None:
    """The charge went through."""
    intent.update(status="succeeded", latest_charge=charge["id"], amount_received=charge["amount"])
    emit(ctx, "payment_intent.succeeded", ctx.store.save(intent))


def declined(
    ctx: Context, intent: Thing, method: Thing, error: ApiError, *, authenticated: bool = False
) -> ApiError:
    """Record a failed charge and give the error back, with Stripe's details."""
    charge = charges.make(ctx, intent, method, "failed", authenticated=authenticated)
    charges.fail(ctx, charge, error)
    return failed(ctx, intent, method, error, charge["id"])


def failed(ctx: Context, intent: Thing, method: Thing, error: ApiError, charge: str | None) -> ApiError:
    """The intent needs another method; the error says why."""
    reason: Thing = {**error.fields, "payment_method": method}
    if charge:
        reason["charge"] = charge
        intent["latest_charge"] = charge
    intent.update(
        status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=reason
    )
    emit(ctx, "payment_intent.payment_failed", ctx.store.save(intent))
    error.fields = {**reason, "payment_intent": intent}
    return error


def remember(ctx: Context, intent: Thing, method: Thing, *, authenticated: bool) -> None:
    """Keep the method for later where that was asked for; else it is used up."""
    if intent["setup_future_usage"] and intent["customer"]:
        redisplay = ctx.store.private(intent["id"]).get("redisplay", "limited")
        methods.bind(ctx, method, intent["customer"], redisplay)
        if authenticated:
            ctx.store.note(method["id"], set_up=True)
        if mandates.latest(ctx, method) is None:
            mandates.make(ctx, method)
    elif not method["customer"]:
        ctx.store.note(method["id"], used_up=True)


def _debit(ctx: Context, intent: Thing, method: Thing, account: banks.Account) -> None:
    """Order a bank debit; the answer comes days later."""
    if mandates.latest(ctx, method) is None:
        mandates.make(ctx, method)
    charge = charges.make(ctx, intent, method, "pending")
    remember(ctx, intent, method, authenticated=False)
    intent.update(status="processing", latest_charge=charge["id"])
    ctx.store.save(intent)
    emit(ctx, "charge.pending", charge)
    emit(ctx, "payment_intent.processing", intent)
    if account.settles:
        timers.plan(ctx, banks.SETTLES_AFTER_DAYS * timers.DAY, "settle_debit", charge["id"])


def settle_debit(ctx: Context, given: str) -> None:
    """The bank has answered: the debit is paid or returned; a Checkout Session hears of it."""
    charge = ctx.need("charge", given)
    intent = ctx.need("payment_intent", charge["payment_intent"])
    method = ctx.need("payment_method", charge["payment_method"])
    account = methods.behaviour(ctx, method)
    assert isinstance(account, banks.Account)
    if account.failure:
        error = card_error(account.message, account.failure)
        charges.fail(ctx, charge, error)
        failed(ctx, intent, method, error, given)
    else:
        charges.book(ctx, charge)
        succeed(ctx, intent, charge)
        if account.dispute:
            timers.plan(ctx, DISPUTED_AFTER_SECONDS, "open_dispute", given)
    for session in ctx.store.where("checkout.session", payment_intent=intent["id"]):
        session["payment_status"] = "unpaid" if account.failure else "paid"
        outcome = "failed" if account.failure else "succeeded"
        emit(ctx, f"checkout.session.async_payment_{outcome}", ctx.store.save(session))


def answer_challenge(ctx: Context, intent: Thing, *, passed: bool) -> None:
    """The payer is back from the bank's page.

    :raises ApiError: 402 when the payer failed there or the bank declines all the same.
    """
    method = ctx.need("payment_method", intent["payment_method"])
    if passed:
        attempt(ctx, intent, method, off_session=False, authenticated=True)
        return
    message = "We are unable to authenticate your payment method. Choose another one and try again."
    error = ApiError(
        402, "invalid_request_error", message, keep=True, code="payment_intent_authentication_failure"
    )
    raise failed(ctx, intent, method, error, None)
