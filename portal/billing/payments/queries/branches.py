"""A parent's payment and the payments of branches that came with it, for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.payments import Payment


@dataclass(frozen=True, slots=True)
class Kin:
    """The parent's payment that a branch's came with, or one of a branch that came with a parent's."""

    number: str
    company_name: str
    amount_minor: int
    is_reversed: bool


def kin_of(session: Session, payment: Payment) -> Sequence[Kin]:
    """Of a branch's payment the parent's, of any other those of branches. One statement."""
    of = or_(Payment.id == payment.group_payment, Payment.group_payment == payment.id)
    rows = session.execute(
        select(Payment.number, Company.name, Payment.amount_minor, Payment.reversed_at.is_not(None))
        .join(Company, Company.id == Payment.company_id)
        .where(of)
        .order_by(Company.name, Payment.id)
    )
    return [Kin(*row) for row in rows]
