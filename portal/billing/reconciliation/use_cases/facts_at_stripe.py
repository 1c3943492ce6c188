"""Charges, refunds and chargebacks at Stripe, each brought into our books where it is missing there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.billing.chargebacks.use_cases import sync_dispute
from portal.billing.models.ledger import LedgerTransaction
from portal.billing.models.payments import Payment, PaymentAttempt, Refund
from portal.billing.models.stripe_facts import StripeDispute
from portal.billing.payments.use_cases.requests import Sessions
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.reconciliation.use_cases.differences import Difference
from portal.billing.refunds.use_cases.posts import STATES, DoesNotFit
from portal.billing.refunds.use_cases.refunds import sync_refund
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.objects import Charge, Chargeback, Refunded
from portal.foundation.db import transaction
from portal.foundation.money import format_minor


@dataclass(frozen=True, slots=True)
class Reconciling:
    """What a run works with."""

    sessions: Sessions
    api: Stripe
    now: datetime


def charges(run: Reconciling, listed: Iterable[Charge]) -> list[Difference]:
    """Every charge that took money is a payment of the same amount."""
    taken = [each for each in listed if each.status == "succeeded"]
    known = _payments(run, taken)
    for each in taken:
        if each.id not in known:
            _find_attempt(run, each)
    known = _payments(run, taken)
    found = []
    for each in taken:
        payment, amount = known.get(each.id), format_minor(each.amount_minor, each.currency)
        if payment is None:
            words = f"Stripe took {amount} (charge {each.id}), and no payment here is that."
            found.append(Difference(f"charge:{each.id}", "charge_unknown", words, each.created_at))
        elif (payment.amount_minor, payment.currency) != (each.amount_minor, each.currency):
            ours = format_minor(payment.amount_minor, payment.currency)
            words = f"Stripe took {amount} for {payment.number}, the books say {ours}."
            found.append(
                Difference(f"charge:{each.id}", "charge_amount", words, each.created_at, payment.company_id)
            )
    return found


def _payments(run: Reconciling, listed: list[Charge]) -> dict[str, Payment]:
    with transaction(run.sessions) as session:
        rows = session.scalars(select(Payment).where(Payment.charge_id.in_([each.id for each in listed])))
        return {each.charge_id: each for each in rows if each.charge_id}


def _find_attempt(run: Reconciling, charge: Charge) -> None:
    with transaction(run.sessions) as session:
        attempt_id = session.scalar(
            select(PaymentAttempt.id).where(
                (PaymentAttempt.payment_intent_id == charge.intent)
                | (PaymentAttempt.token == charge.metadata.get("attempt", ""))
            )
        )
    if attempt_id is not None:
        sync_attempt(run.sessions, attempt_id, now=run.now, api=run.api)


def refunds(run: Reconciling, listed: Iterable[Refunded]) -> list[Difference]:
    """Every refund at Stripe is one of ours, in the same state."""
    told = list(listed)
    with transaction(run.sessions) as session:
        rows = session.execute(
            select(Refund.stripe_refund_id, Refund.state).where(
                Refund.stripe_refund_id.in_([each.id for each in told])
            )
        )
        known = {row.stripe_refund_id: row.state for row in rows}
    found = []
    for each in told:
        if known.get(each.id) == STATES.get(each.status, "pending"):
            continue
        try:
            if sync_refund(run.sessions, each.id, now=run.now, api=run.api) is None:
                amount = format_minor(each.amount_minor, each.currency)
                words = f"Stripe gave back {amount} (refund {each.id}), and no payment here is that."
                found.append(Difference(f"refund:{each.id}", "refund_unknown", words, each.created_at))
        except DoesNotFit as error:
            found.append(Difference(f"refund:{each.id}", "refund_differs", f"{error}.", each.created_at))
    return found


def disputes(run: Reconciling, listed: Iterable[Chargeback]) -> list[Difference]:
    """Every chargeback at Stripe is one of ours, in the same state."""
    told = list(listed)
    with transaction(run.sessions) as session:
        rows = session.execute(
            select(StripeDispute.id, StripeDispute.state).where(
                StripeDispute.id.in_([each.id for each in told])
            )
        )
        known = {row.id: row.state for row in rows}
        keys = {f"dispute:{each.id}:opened" for each in told}
        taken = set(
            session.scalars(
                select(LedgerTransaction.posting_key).where(LedgerTransaction.posting_key.in_(keys))
            )
        )
    found = []
    for each in told:
        # A bank may announce a chargeback, and take the money days later without another state.
        booked = not each.movements or f"dispute:{each.id}:opened" in taken
        if booked and known.get(each.id) == each.status:
            continue
        ours = sync_dispute(run.sessions, each.id, now=run.now, api=run.api)
        if ours is None and each.movements:
            amount = format_minor(each.amount_minor, each.currency)
            words = f"A bank took back {amount} (dispute {each.id}), and no payment here is that."
            found.append(Difference(f"dispute:{each.id}", "dispute_unknown", words, each.created_at))
    return found
