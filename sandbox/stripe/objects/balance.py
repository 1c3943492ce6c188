"""The seller's balance: one transaction for every movement of money, with Stripe's fee."""

from __future__ import annotations

import time
from collections import defaultdict

from sandbox.stripe.context import Context
from sandbox.stripe.controls.timers import DAY
from sandbox.stripe.currencies import decimals, settled
from sandbox.stripe.store import Thing
from sandbox.stripe.wire import ids
from sandbox.stripe.wire.lists import page

AVAILABLE_AFTER = 2 * DAY
DISPUTE_FEE = 1500
BANK_FEE_MOST = 500


def card_fee(amount: int, currency: str) -> int:
    """2.9 % and 0.30, rounded half up, in minor units (30 where a currency has no decimals)."""
    return settled((amount * 29 + 500) // 1000 + 30 * _scale(currency), currency)


def bank_fee(amount: int, currency: str) -> int:
    """0.8 %, at most 5.00."""
    return settled(min((amount * 8 + 500) // 1000, BANK_FEE_MOST * _scale(currency)), currency)


def dispute_fee(currency: str) -> int:
    """15.00 per dispute, never returned."""
    return DISPUTE_FEE * _scale(currency)


def _scale(currency: str) -> int:
    return 10 if decimals(currency) == 3 else 1


def move(
    ctx: Context, source: str, kind: str, amount: int, currency: str, *, fee: int = 0, text: str = ""
) -> Thing:
    """Book a movement; ``amount`` is negative when money leaves. The fee is taken in any case."""
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Processing fees",
            "type": "stripe_fee",
        }
    ]
    entry = {
        "id": ids.new("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": ctx.now + AVAILABLE_AFTER,
        "balance_type": "payments",
        "created": ctx.now,
        "currency": currency,
        "description": text or None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees if fee else [],
        "net": amount - fee,
        "reporting_category": "dispute" if kind == "adjustment" else kind.replace("payment", "charge", 1),
        "source": source,
        "status": "pending",
        "type": kind,
    }
    return ctx.store.add(entry)


def _today(entry: Thing) -> Thing:
    return {**entry, "status": "available" if entry["available_on"] <= time.time() else "pending"}


def retrieve(ctx: Context, params: Thing, given: str) -> Thing:
    """GET /v1/balance_transactions/{id}"""
    return _today(ctx.need("balance_transaction", given))


def index(ctx: Context, params: Thing) -> Thing:
    """GET /v1/balance_transactions"""
    found = page(ctx, "balance_transaction", params, "/v1/balance_transactions")
    return {**found, "data": [_today(entry) for entry in found["data"]]}


def total(ctx: Context, params: Thing) -> Thing:
    """GET /v1/balance: the sums of all transactions; nothing is paid out."""
    sums: dict[str, dict[str, int]] = {"available": defaultdict(int), "pending": defaultdict(int)}
    for entry in map(_today, ctx.store.where("balance_transaction")):
        sums[entry["status"]][entry["currency"]] += entry["net"]
        sums["pending" if entry["status"] == "available" else "available"][entry["currency"]] += 0
    shown = {
        state: [
            {"amount": net, "currency": currency, "source_types": {"card": net}}
            for currency, net in by.items()
        ]
        for state, by in sums.items()
    }
    return {"object": "balance", "livemode": False, **shown}
