"""By when a company pays, and what it may owe."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.credit import CreditAccount, PaymentTerms
from portal.billing.terms.due import Terms

# Built once: putting it together costs as much as asking.
_CREDIT_AND_TERMS = (
    select(CreditAccount, PaymentTerms)
    .select_from(Company)
    .outerjoin(CreditAccount, CreditAccount.company_id == Company.id)
    .outerjoin(PaymentTerms, PaymentTerms.company_id == Company.id)
    .where(Company.id == bindparam("company"))
)


def as_terms(company: Company, row: PaymentTerms | None) -> Terms:
    """The terms of payment: those agreed with the company, else net the company's usual days."""
    if row is None:
        return Terms("net", company.terms_days)
    return Terms(row.kind, row.days, row.discount_bp, row.discount_days)


def terms_of(session: Session, company_id: int) -> tuple[Company, Terms]:
    """The company with its terms of payment. One statement."""
    company, row = session.execute(
        select(Company, PaymentTerms)
        .outerjoin(PaymentTerms, PaymentTerms.company_id == Company.id)
        .where(Company.id == company_id)
    ).one()
    return company, as_terms(company, row)


def credit_and_terms(session: Session, company: Company) -> tuple[CreditAccount | None, Terms]:
    """The company's credit as it stands now, not as this session may have read it before, and its terms of payment.
    One statement."""
    credit, row = session.execute(
        _CREDIT_AND_TERMS, {"company": company.id}, execution_options={"populate_existing": True}
    ).one()
    return credit, as_terms(company, row)
