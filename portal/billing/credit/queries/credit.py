"""What a company may owe and owes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.credit import CreditAccount


def credit_of(session: Session, company_id: int) -> CreditAccount | None:
    """The company's credit as it stands now, not as this session may have read it before."""
    return session.scalars(
        select(CreditAccount)
        .where(CreditAccount.company_id == company_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
