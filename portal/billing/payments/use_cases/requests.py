"""Requests to Stripe for an attempt: a Checkout page, or a charge of a saved method. Outside any transaction.

The parameters follow from the attempt's row alone, which is complete before the first request is sent. So a retry after
a crash sends the same parameters with the same key, and Stripe gives the same answer instead of charging twice.
"""

from __future__ import annotations

from portal.billing.methods.words import suspended_words
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.prepare import PAGE_OPEN, Request
from portal.billing.stripe.amounts import is_chargeable
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.billing.stripe.commands import NewCharge, NewCheckout, NewSetup
from portal.billing.stripe.objects import Intent
from portal.billing.stripe.objects import Session as Checkout


def create_page(request: Request, api: Stripe) -> Checkout:
    """Have Stripe open the attempt's page. Idempotent: a retry returns the same page.

    :raises StripeUnknown: retry with the same key.
    :raises StripeRefused: there is no page and never will be.
    """
    attempt = request.attempt
    back = api.address_of(attempt.token, by_link=attempt.via == "link")
    if attempt.purpose == "setup":
        return api.create_setup_checkout(_setup(attempt, back))
    return api.create_checkout(_checkout(request, back))


def _setup(attempt: PaymentAttempt, back: str) -> NewSetup:
    return NewSetup(
        key=attempt.idempotency_key,
        reference=attempt.token,
        customer=attempt.stripe_customer_id or "",
        currency=attempt.currency,
        back=back,
        metadata=_metadata(attempt),
        methods=_methods(attempt),
    )


def _checkout(request: Request, back: str) -> NewCheckout:
    attempt = request.attempt
    return NewCheckout(
        key=attempt.idempotency_key,
        reference=attempt.token,
        lines=request.lines,
        currency=attempt.currency,
        expires_at=attempt.expires_at or attempt.created_at + PAGE_OPEN,
        back=back,
        metadata=_metadata(attempt),
        methods=_methods(attempt),
        customer=attempt.stripe_customer_id,
        email=attempt.payer_email,
        save_method=attempt.save_method,
        description=request.description,
    )


def _methods(attempt: PaymentAttempt) -> list[str]:
    return [attempt.method_kind] if attempt.method_kind else []


def create_charge(request: Request, api: Stripe) -> Intent:
    """Have Stripe charge the attempt's saved method. Idempotent: a retry returns the same charge.

    :raises StripeUnknown: retry with the same key.
    :raises StripeRefused: it was declined, or cannot be charged.
    """
    attempt, method = request.attempt, request.method
    if method is None:
        raise LookupError("an attempt without a saved method cannot be charged")
    if not is_chargeable(attempt.amount_minor, attempt.currency):
        # The rest of a scheduled payment on its day.
        words = f"What is left is finer than cards and banks take {attempt.currency}. Pay it by transfer."
        raise StripeRefused("amount_not_payable", words)
    return api.create_intent_off_session(_charge(attempt, method, request.description))


def refuse_suspended(request: Request) -> None:
    """Refuse a charge that was not sent yet, if its method was suspended meanwhile.

    :raises StripeRefused: ``method_suspended``.
    """
    method = request.method
    if method is not None and method.suspended_at is not None:
        raise StripeRefused("method_suspended", suspended_words(method.words))


def _charge(attempt: PaymentAttempt, method: SavedMethod, description: str) -> NewCharge:
    return NewCharge(
        key=attempt.idempotency_key,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        customer=attempt.stripe_customer_id or "",
        method=method.stripe_method_id,
        kind=method.kind,
        metadata=_metadata(attempt),
        description=description,
    )


def _metadata(attempt: PaymentAttempt) -> dict[str, str]:
    """Identifies the attempt in Stripe's objects."""
    return {"attempt": attempt.token}
