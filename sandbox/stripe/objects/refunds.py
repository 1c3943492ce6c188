"""Refunds: all or part of a charge, never more than what is left of it."""

from __future__ import annotations

from sandbox.stripe.context import Context, merged
from sandbox.stripe.controls import timers
from sandbox.stripe.currencies import check_whole, written
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import balance, banks, cards, methods
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import invalid
from sandbox.stripe.wire.lists import page

BANK_REFUND_DAYS = 3
# Fields that are empty in a new refund.
NOTHING = ("balance_transaction", "receipt_number", "source_transfer_reversal", "transfer_reversal")


def create(ctx: Context, params: Thing) -> Thing:
    """POST /v1/refunds

    :raises ApiError: when nothing or less than that is left, or the charge has been charged back.
    """
    charge = _charge(ctx, params)
    amount = _amount(params, charge)
    outcome = _outcome(ctx, charge)
    refund = _blank(ctx, params, charge, amount)
    refund["status"] = "pending" if outcome == "pending" else "succeeded"
    kind = "refund" if charge["id"].startswith("ch_") else "payment_refund"
    entry = balance.move(ctx, refund["id"], kind, -amount, charge["currency"])
    refund["balance_transaction"] = entry["id"]
    ctx.store.add(refund)
    _count(ctx, charge, amount)
    emit(ctx, "refund.created", refund)
    emit(ctx, "charge.refunded", charge)
    if outcome == "pending":
        timers.plan(ctx, BANK_REFUND_DAYS * timers.DAY, "settle_refund", refund["id"])
    elif outcome == "fails":
        timers.plan(ctx, BANK_REFUND_DAYS * timers.DAY, "fail_refund", refund["id"])
    return refund


def _blank(ctx: Context, params: Thing, charge: Thing, amount: int) -> Thing:
    by_card = charge["id"].startswith("ch_")
    refund: Thing = {
        "id": ids.new("re" if by_card else "pyr"),
        "object": "refund",
        **dict.fromkeys(NOTHING),
        "amount": amount,
        "charge": charge["id"],
        "created": ctx.now,
        "currency": charge["currency"],
        "metadata": merged({}, params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
    }
    if by_card:
        reference = {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
        refund["destination_details"] = {"type": "card", "card": reference}
    return refund


def _charge(ctx: Context, params: Thing) -> Thing:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("Give either charge or payment_intent.", param="charge", code="parameter_missing")
    if "charge" in params:
        charge = ctx.need("charge", params["charge"], "charge")
    else:
        intent = ctx.need("payment_intent", params["payment_intent"], "payment_intent")
        if not intent["latest_charge"]:
            raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
        charge = ctx.need("charge", intent["latest_charge"], "charge")
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {charge['id']} has not succeeded, so it can't be refunded.", param="charge")
    if charge["disputed"] and _lost(ctx, charge):
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    return charge


def _lost(ctx: Context, charge: Thing) -> bool:
    """A dispute that was won leaves the charge as it was."""
    return any(dispute["status"] != "won" for dispute in ctx.store.where("dispute", charge=charge["id"]))


def _amount(params: Thing, charge: Thing) -> int:
    left = charge["amount"] - charge["amount_refunded"]
    if left <= 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount: int = params.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        asked, rest = written(amount, charge["currency"]), written(left, charge["currency"])
        raise invalid(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})", param="amount"
        )
    check_whole(amount, charge["currency"])
    return amount


def _outcome(ctx: Context, charge: Thing) -> str:
    means = methods.behaviour(ctx, ctx.need("payment_method", charge["payment_method"]))
    return (
        "pending"
        if isinstance(means, banks.Account)
        else means.refund
        if isinstance(means, cards.Card)
        else ""
    )


def _count(ctx: Context, charge: Thing, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    ctx.store.save(charge)


def settle(ctx: Context, given: str) -> None:
    """A pending refund has arrived."""
    _tell(ctx, {**ctx.need("refund", given), "status": "succeeded"}, {"status": "pending"}, "refund.updated")


def fail(ctx: Context, given: str) -> None:
    """The bank could not take a refund: the money comes back to the balance."""
    refund = ctx.need("refund", given)
    entry = balance.move(ctx, given, "refund_failure", refund["amount"], refund["currency"])
    previous = {"status": refund["status"]}
    refund.update(
        status="failed", failure_reason="expired_or_canceled_card", failure_balance_transaction=entry["id"]
    )
    _count(ctx, ctx.need("charge", refund["charge"]), -refund["amount"])
    _tell(ctx, refund, previous, "refund.failed")


def _tell(ctx: Context, refund: Thing, previous: Thing, kind: str) -> None:
    ctx.store.save(refund)
    for name in dict.fromkeys(("refund.updated", "charge.refund.updated", kind)):
        emit(ctx, name, refund, previous)


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/refunds/{refund}"""
    return ctx.need("refund", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/refunds"""
    return page(ctx, "refund", params, "/v1/refunds")


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/refunds/{refund}: metadata only."""
    refund = ctx.need("refund", given)
    refund["metadata"] = merged(refund["metadata"], params.get("metadata"))
    return ctx.store.save(refund)
