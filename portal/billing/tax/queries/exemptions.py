"""The certificates that exempt a company from sales tax."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from portal.billing.models.tax import TaxExemption, TaxRate
from portal.foundation.errors import NotFound


def exemptions_of(session: Session, company_id: int) -> list[TaxExemption]:
    """All of a company's, without their files: those that hold longest first, withdrawn ones last. One statement."""
    order = (TaxExemption.ended_at.is_not(None), TaxExemption.valid_to.desc(), TaxExemption.id.desc())
    found = select(TaxExemption).where(TaxExemption.company_id == company_id).order_by(*order)
    return list(session.scalars(found))


def exemption_file(session: Session, company_id: int, exemption_id: int) -> TaxExemption:
    """A company's certificate with its file.

    :raises NotFound: when the company has none of that id, or it came without a file.
    """
    found = session.scalars(
        select(TaxExemption)
        .options(undefer(TaxExemption.file))
        .where(TaxExemption.id == exemption_id, TaxExemption.company_id == company_id)
    ).one_or_none()
    if found is None or not found.file:
        raise NotFound
    return found


def taxed_regions(session: Session) -> list[str]:
    """Regions with a rate, for the field that asks for one. One statement."""
    return list(session.scalars(select(TaxRate.region).distinct().order_by(TaxRate.region)))
