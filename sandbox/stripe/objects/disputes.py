"""Disputes: a payer's bank takes the money back; the seller answers and wins or loses."""

from __future__ import annotations

from sandbox.stripe.context import Context, merged
from sandbox.stripe.controls import timers
from sandbox.stripe.events.events import emit
from sandbox.stripe.objects import balance
from sandbox.stripe.openapi import object_schema
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.errors import invalid
from sandbox.stripe.wire.lists import page

ANSWER_WITHIN = 7 * timers.DAY
CLOSED = frozenset({"won", "lost"})
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}


def make(ctx: Context, charge: Thing, reason: str, amount: int | None = None) -> Thing:
    """Open a dispute: the amount and a fee leave the balance.

    :raises ApiError: when the charge has not succeeded or is in dispute already.
    """
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise invalid(f"Charge {charge['id']} can't be disputed: it is {_state(charge)}.")
    amount = charge["amount"] if amount is None else amount
    if not 0 < amount <= charge["amount"]:
        raise invalid("A dispute is about a part of the charge or all of it.", param="amount")
    dispute = _blank(ctx, charge, reason, amount)
    ctx.store.add(dispute)
    charge["disputed"] = True
    ctx.store.save(charge)
    emit(ctx, "charge.dispute.created", dispute)
    _move(ctx, dispute, -amount, balance.dispute_fee(charge["currency"]))
    emit(ctx, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def _blank(ctx: Context, charge: Thing, reason: str, amount: int) -> Thing:
    dispute: Thing = {
        "id": ids.new("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": ctx.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": _no_evidence(),
        "evidence_details": {
            "due_by": ctx.now + ANSWER_WITHIN,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    details = charge["payment_method_details"]
    if details["type"] == "card":
        card = {"brand": details["card"]["brand"], "case_type": "chargeback", "network_reason_code": "10.4"}
        dispute["payment_method_details"] = {"type": "card", "card": card}
    return dispute


def _state(charge: Thing) -> str:
    return "in dispute" if charge["disputed"] else str(charge["status"])


def _no_evidence() -> Thing:
    evidence: Thing = dict.fromkeys(object_schema("dispute_evidence")["properties"])
    return {**evidence, "enhanced_evidence": {}}


def _move(ctx: Context, dispute: Thing, amount: int, fee: int) -> None:
    text = f"Chargeback {'withdrawal' if amount < 0 else 'reversal'} for {dispute['charge']}"
    entry = balance.move(ctx, dispute["id"], "adjustment", amount, dispute["currency"], fee=fee, text=text)
    dispute["balance_transactions"].append(entry)
    ctx.store.save(dispute)


def finish(ctx: Context, dispute: Thing, verdict: str) -> Thing:
    """Close as ``won`` (the amount comes back, the fee does not) or ``lost``.

    :raises ApiError: when it is closed already.
    """
    if dispute["status"] in CLOSED:
        raise invalid(f"This dispute is already closed: {dispute['status']}.", code="dispute_closed")
    previous = {"status": dispute["status"]}
    dispute["status"] = verdict
    ctx.store.save(dispute)
    if verdict == "won":
        _move(ctx, dispute, dispute["amount"], 0)
        emit(ctx, "charge.dispute.funds_reinstated", dispute)
    emit(ctx, "charge.dispute.closed", dispute, previous)
    return dispute


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/disputes/{dispute}"""
    return ctx.need("dispute", given)


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/disputes"""
    return page(ctx, "dispute", params, "/v1/disputes")


def update(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/disputes/{dispute}: as in Stripe's test mode, the text ``winning_evidence`` wins and ``losing_evidence`` loses."""
    dispute = ctx.need("dispute", given)
    if dispute["status"] in CLOSED:
        raise invalid("This dispute is already closed.", code="dispute_closed")
    if "metadata" in params:
        dispute["metadata"] = merged(dispute["metadata"], params["metadata"])
    if params.get("evidence"):
        dispute["evidence"].update(params["evidence"])
        dispute["evidence_details"]["has_evidence"] = True
    if params.get("submit", True) and params.get("evidence"):
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = "under_review"
        timers.plan(ctx, 0, "judge_dispute", given)
    emit(ctx, "charge.dispute.updated", ctx.store.save(dispute))
    return dispute


def judge(ctx: Context, given: str) -> None:
    """What the bank makes of the evidence; any other text stays under review."""
    dispute = ctx.need("dispute", given)
    verdict = VERDICTS.get(dispute["evidence"].get("uncategorized_text") or "")
    if verdict and dispute["status"] not in CLOSED:
        finish(ctx, dispute, verdict)


def close(ctx: Context, params: Thing, given: str) -> Thing:
    """POST /v1/disputes/{dispute}/close: the seller gives in."""
    return finish(ctx, ctx.need("dispute", given), "lost")
