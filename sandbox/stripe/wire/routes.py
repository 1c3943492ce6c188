"""Which function answers which operation; every operation of openapi/spec.json has one."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.stripe.context import Context
from sandbox.stripe.events import endpoints, events
from sandbox.stripe.objects import (
    balance,
    charges,
    checkout,
    customers,
    disputes,
    intents,
    mandates,
    methods,
    paying,
    refunds,
    setups,
)
from sandbox.stripe.store import Thing

HANDLERS: dict[str, Callable[..., Thing]] = {
    "GET /v1/balance": balance.total,
    "GET /v1/balance_transactions": balance.index,
    "GET /v1/balance_transactions/{id}": balance.retrieve,
    "GET /v1/charges": charges.index,
    "GET /v1/charges/{charge}": charges.retrieve,
    "POST /v1/charges/{charge}": charges.update,
    "GET /v1/checkout/sessions": checkout.index,
    "POST /v1/checkout/sessions": checkout.create,
    "GET /v1/checkout/sessions/{session}": checkout.retrieve,
    "POST /v1/checkout/sessions/{session}": checkout.update,
    "POST /v1/checkout/sessions/{session}/expire": checkout.expire,
    "GET /v1/checkout/sessions/{session}/line_items": checkout.line_items,
    "GET /v1/customers": customers.index,
    "POST /v1/customers": customers.create,
    "GET /v1/customers/{customer}": customers.retrieve,
    "POST /v1/customers/{customer}": customers.update,
    "DELETE /v1/customers/{customer}": customers.delete,
    "GET /v1/customers/{customer}/payment_methods": methods.of_customer,
    "GET /v1/disputes": disputes.index,
    "GET /v1/disputes/{dispute}": disputes.retrieve,
    "POST /v1/disputes/{dispute}": disputes.update,
    "POST /v1/disputes/{dispute}/close": disputes.close,
    "GET /v1/events": events.index,
    "GET /v1/events/{id}": events.retrieve,
    "GET /v1/mandates/{mandate}": mandates.retrieve,
    "GET /v1/payment_intents": intents.index,
    "POST /v1/payment_intents": intents.create,
    "GET /v1/payment_intents/{intent}": intents.retrieve,
    "POST /v1/payment_intents/{intent}": intents.update,
    "POST /v1/payment_intents/{intent}/confirm": intents.confirm,
    "POST /v1/payment_intents/{intent}/cancel": intents.cancel,
    "GET /v1/payment_methods": methods.index,
    "GET /v1/payment_methods/{payment_method}": methods.retrieve,
    "POST /v1/payment_methods/{payment_method}": methods.update,
    "POST /v1/payment_methods/{payment_method}/attach": methods.attach,
    "POST /v1/payment_methods/{payment_method}/detach": methods.detach,
    "GET /v1/refunds": refunds.index,
    "POST /v1/refunds": refunds.create,
    "GET /v1/refunds/{refund}": refunds.retrieve,
    "POST /v1/refunds/{refund}": refunds.update,
    "GET /v1/setup_intents": setups.index,
    "POST /v1/setup_intents": setups.create,
    "GET /v1/setup_intents/{intent}": setups.retrieve,
    "POST /v1/setup_intents/{intent}/confirm": setups.confirm,
    "POST /v1/setup_intents/{intent}/cancel": setups.cancel,
    "GET /v1/webhook_endpoints": endpoints.index,
    "POST /v1/webhook_endpoints": endpoints.create,
    "GET /v1/webhook_endpoints/{webhook_endpoint}": endpoints.retrieve,
    "POST /v1/webhook_endpoints/{webhook_endpoint}": endpoints.update,
    "DELETE /v1/webhook_endpoints/{webhook_endpoint}": endpoints.delete,
}


def _dispute(ctx: Context, charge: str) -> None:
    disputes.make(ctx, ctx.need("charge", charge), _reason(ctx, charge))


def _reason(ctx: Context, charge: str) -> str:
    method = ctx.need("payment_method", ctx.need("charge", charge)["payment_method"])
    dispute = getattr(methods.behaviour(ctx, method), "dispute", "")
    return dispute if isinstance(dispute, str) and dispute else "general"


# What timers do.
TASKS: dict[str, Callable[[Context, str], None]] = {
    "expire_session": checkout.run_out,
    "settle_debit": paying.settle_debit,
    "settle_refund": refunds.settle,
    "fail_refund": refunds.fail,
    "open_dispute": _dispute,
    "judge_dispute": disputes.judge,
}
