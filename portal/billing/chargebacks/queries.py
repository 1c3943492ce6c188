"""Chargebacks that are still undecided."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.payments import Payment
from portal.billing.models.stripe_facts import StripeChargeback


@dataclass(frozen=True, slots=True)
class OpenChargeback:
    """A chargeback that is undecided, with its payment and company."""

    chargeback: StripeChargeback
    payment_number: str
    company_name: str


def open_chargebacks(session: Session, limit: int = 20) -> list[OpenChargeback]:
    """Chargebacks that wait for a response or for the bank, oldest first. One statement."""
    rows = session.execute(
        select(StripeChargeback, Payment.number, Company.name)
        .join(Payment, Payment.id == StripeChargeback.payment_id)
        .join(Company, Company.id == StripeChargeback.company_id)
        .where(StripeChargeback.closed_at.is_(None))
        .order_by(StripeChargeback.opened_at, StripeChargeback.id)
        .limit(limit)
    )
    return [OpenChargeback(*row) for row in rows]
