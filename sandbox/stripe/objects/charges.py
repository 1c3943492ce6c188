"""Charges: each try of a payment intent to get the money, successful or not."""

from __future__ import annotations

from sandbox.stripe.context import Context, merged
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import balance, banks, cards, mandates
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import ApiError
from sandbox.stripe.wire.lists import page

APPROVED = {
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 20,
    "seller_message": "Payment complete.",
    "type": "authorized",
}
# Fields that are empty in a new charge.
NOTHING = (
    "application",
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "failure_balance_transaction",
    "failure_code",
    "failure_message",
    "on_behalf_of",
    "receipt_number",
    "receipt_url",
    "review",
    "shipping",
    "source_transfer",
    "transfer_data",
    "transfer_group",
)


def make(ctx: Context, intent: Thing, method: Thing, status: str, *, authenticated: bool = False) -> Thing:
    """A new charge for the whole amount of an intent; not yet booked."""
    charge = {
        "id": ids.new("ch" if method["type"] == "card" else "py"),
        "object": "charge",
        **dict.fromkeys(NOTHING),
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if status == "succeeded" else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor"] or "SANDBOX",
        "captured": status != "failed",
        "created": ctx.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": APPROVED,
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(ctx, method, authenticated=authenticated),
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
    }
    return ctx.store.add(charge)


def _details(ctx: Context, method: Thing, *, authenticated: bool) -> Thing:
    mandate = mandates.latest(ctx, method)
    if method["type"] == "card":
        return cards.charge_details(method, authenticated=authenticated, mandate=mandate)
    return banks.charge_details(method, mandate=mandate)


def book(ctx: Context, charge: Thing) -> None:
    """The money is there: the balance moves, less the fee."""
    by_card = charge["payment_method_details"]["type"] == "card"
    fee = (balance.card_fee if by_card else balance.bank_fee)(charge["amount"], charge["currency"])
    entry = balance.move(
        ctx,
        charge["id"],
        "charge" if by_card else "payment",
        charge["amount"],
        charge["currency"],
        fee=fee,
        text=charge["description"] or "",
    )
    charge.update(
        status="succeeded", paid=True, amount_captured=charge["amount"], balance_transaction=entry["id"]
    )
    emit(ctx, "charge.succeeded", ctx.store.save(charge))


def fail(ctx: Context, charge: Thing, error: ApiError) -> None:
    """The bank said no."""
    charge.update(
        status="failed",
        paid=False,
        captured=False,
        failure_code=error.code,
        failure_message=str(error),
        outcome={
            **APPROVED,
            "network_status": "declined_by_network",
            "reason": error.fields.get("decline_code", error.code),
            "seller_message": "The bank did not accept the charge.",
            "type": "issuer_declined",
        },
    )
    emit(ctx, "charge.failed", ctx.store.save(charge))


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/charges/{charge}"""
    return ctx.need("charge", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/charges"""
    return page(ctx, "charge", params, "/v1/charges")


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/charges/{charge}"""
    charge = ctx.need("charge", given)
    if "metadata" in params:
        charge["metadata"] = merged(charge["metadata"], params["metadata"])
    charge["description"] = params.get("description", charge["description"]) or None
    emit(ctx, "charge.updated", ctx.store.save(charge))
    return charge
