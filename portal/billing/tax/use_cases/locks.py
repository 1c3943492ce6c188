"""Reading a certificate to change it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.tax import TaxExemption
from portal.foundation.errors import NotFound


def locked_exemption(session: Session, company_id: int, exemption_id: int) -> TaxExemption:
    """A company's certificate, locked, in its newest state, without its file.

    :raises NotFound: when the company has none of that id.
    """
    found = session.scalars(
        select(TaxExemption)
        .where(TaxExemption.id == exemption_id, TaxExemption.company_id == company_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
