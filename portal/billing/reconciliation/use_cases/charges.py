"""Charges at Stripe against our payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.reconciliation.use_cases.differences import Difference, Run
from portal.billing.stripe.objects import Charge
from portal.foundation.db import transaction
from portal.foundation.money import format_minor


def check_charges(run: Run, listed: Iterable[Charge]) -> list[Difference]:
    """Every charge that took money is a payment of the same amount, unless all of it was refunded. One that has no payment
    yet is synced first."""
    taken = [each for each in listed if each.status == "succeeded"]
    known = _payments(run, taken)
    for each in taken:
        if each.id not in known:
            _sync_attempt_of(run, each)
    known = _payments(run, taken)
    checked = (_difference(each, known.get(each.id)) for each in taken)
    return [each for each in checked if each is not None]


def _difference(charge: Charge, payment: Payment | None) -> Difference | None:
    key, amount = f"charge:{charge.id}", format_minor(charge.amount_minor, charge.currency)
    if payment is None and charge.refunded_minor >= charge.amount_minor:
        return None  # whatever it was, it went back
    if payment is None:
        words = f"Stripe took {amount} (charge {charge.id}), and no payment here is that."
        return Difference(key, "charge_unknown", words, charge.created_at)
    if (payment.amount_minor, payment.currency) != (charge.amount_minor, charge.currency):
        ours = format_minor(payment.amount_minor, payment.currency)
        words = f"Stripe took {amount} for {payment.number}, the books say {ours}."
        return Difference(key, "charge_amount", words, charge.created_at, payment.company_id)
    return None


def _payments(run: Run, listed: Sequence[Charge]) -> dict[str, Payment]:
    with transaction(run.sessions) as session:
        rows = session.scalars(select(Payment).where(Payment.charge_id.in_([each.id for each in listed])))
        return {each.charge_id: each for each in rows if each.charge_id}


def _sync_attempt_of(run: Run, charge: Charge) -> None:
    with transaction(run.sessions) as session:
        attempt_id = session.scalar(
            select(PaymentAttempt.id).where(
                (PaymentAttempt.payment_intent_id == charge.intent)
                | (PaymentAttempt.token == charge.metadata.get("attempt", ""))
            )
        )
    if attempt_id is not None:
        sync_attempt(run.sessions, attempt_id, now=run.now, api=run.api)
