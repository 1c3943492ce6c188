"""What happens when a person presses the button on a session's page."""

from __future__ import annotations

from sandbox.stripe.context import Context
from sandbox.stripe.controls import timers
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import customers, intents, methods, paying, setups
from sandbox.stripe.store import Thing
from sandbox.stripe.wire.errors import ApiError


def offered(ctx: Context, session: Thing) -> list[Thing]:
    """Saved methods that this customer agreed to be shown again."""
    saved = session["saved_payment_method_options"]
    if not saved or not session["customer"] or session["mode"] == "setup":
        return []
    filters = saved["allow_redisplay_filters"] or ["always"]
    found = ctx.store.where("payment_method", customer=session["customer"])
    return [
        m for m in found if m["allow_redisplay"] in filters and m["type"] in session["payment_method_types"]
    ]


def must_save(ctx: Context, session: Thing) -> bool:
    """Whether the seller asked to keep the method for later."""
    data = ctx.store.private(session["id"])["payment_intent_data"]
    return session["mode"] == "setup" or bool(data.get("setup_future_usage"))


def may_save(session: Thing) -> bool:
    """Whether the payer is offered to keep the method."""
    saved = session["saved_payment_method_options"]
    return bool(saved and session["customer"] and saved["payment_method_save"] == "enabled")


def submit(ctx: Context, session: Thing, method: Thing, *, save: bool) -> None:
    """Pay or save with the method; the session is complete, or its intent asks for 3-D Secure.

    :raises ApiError: 402 when the method is declined; the session stays open.
    """
    _meet(ctx, session, method)
    try:
        if session["mode"] == "setup":
            setup = ctx.need("setup_intent", session["setup_intent"])
            setup["customer"] = setup["customer"] or session["customer"]
            setups.attempt(ctx, setup, method, redisplay="always")
            _complete_if(ctx, session, setup)
        else:
            intent = _intent(ctx, session, method, save=save)
            paying.attempt(ctx, intent, method, off_session=False)
            _complete_if(ctx, session, intent)
    finally:
        ctx.store.save(session)


def challenge_answered(ctx: Context, session: Thing, intent: Thing, *, passed: bool) -> None:
    """The payer is back from the bank's page.

    :raises ApiError: 402 when the payment failed there.
    """
    answer = setups.answer_challenge if session["mode"] == "setup" else paying.answer_challenge
    answer(ctx, intent, passed=passed)
    _complete_if(ctx, session, intent)


def _meet(ctx: Context, session: Thing, method: Thing) -> None:
    """Who pays; a customer is made where the method is to be kept."""
    holder = method["billing_details"]
    email = holder["email"] or session["customer_email"]
    needed = must_save(ctx, session) or session["customer_creation"] == "always"
    if session["customer"] is None and needed and session["mode"] == "payment":
        session["customer"] = customers.make(ctx, {"email": email, "name": holder["name"]})["id"]
    known = ctx.store.get("customer", session["customer"]) or {}
    session["customer_details"] = {
        "address": {**methods.NO_ADDRESS, "country": "US"},
        "business_name": None,
        "email": email or known.get("email"),
        "individual_name": None,
        "name": holder["name"] or known.get("name"),
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _intent(ctx: Context, session: Thing, method: Thing, *, save: bool) -> Thing:
    """The session's payment intent; made at the first press of the button."""
    if session["payment_intent"] is None:
        data = ctx.store.private(session["id"])["payment_intent_data"]
        asked = {
            **data,
            "amount": session["amount_total"],
            "currency": session["currency"],
            "payment_method_types": session["payment_method_types"],
        }
        if session["customer"]:
            asked["customer"] = session["customer"]
        session["payment_intent"] = intents.make(ctx, asked)["id"]
        ctx.store.save(session)
    intent = ctx.need("payment_intent", session["payment_intent"])
    if save and not must_save(ctx, session):
        intent["setup_future_usage"] = "on_session"
        ctx.store.note(intent["id"], redisplay="always")
    return intent


def _complete_if(ctx: Context, session: Thing, intent: Thing) -> None:
    if intent["status"] not in {"succeeded", "processing"}:
        return
    timers.cancel(ctx, "expire_session", session["id"])
    session.update(status="complete", url=None)
    if session["mode"] == "payment":
        session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
    emit(ctx, "checkout.session.completed", ctx.store.save(session))


def explain(error: ApiError) -> tuple[str, str]:
    """Field and sentence for the page."""
    return str(error.fields.get("param") or "form"), str(error)
