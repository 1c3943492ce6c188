"""A company's account at a glance: credit, what is owed by age, what was bought, what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.billing.account.queries.ageing import Overview, keep_to_indexes, overview
from portal.billing.account.queries.spend import Spend, spend
from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.credit import CreditAccount
from portal.billing.payments.queries.payments import PaymentRow, UnderWay, payments, under_way

RECENT = 5


@dataclass(frozen=True, slots=True)
class Account:
    """What the page of a company's account shows. Its own company only: children have accounts of their own."""

    credit: CreditAccount | None
    owed: Overview
    spend: list[Spend]
    recent: tuple[PaymentRow, ...]
    under_way: list[UnderWay]


def account_of(session: Session, company_id: int, today: date) -> Account:
    """Six statements, however many documents the company has."""
    keep_to_indexes(session)
    return Account(
        credit_of(session, company_id),
        overview(session, company_id, today),
        spend(session, company_id, today),
        tuple(payments(session, company_id, size=RECENT).rows),
        under_way(session, company_id),
    )
