"""Which sales tax an order carries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.billing.models.tax import WAITING
from portal.billing.tax.rules import NO_TAX, Taxed, region_key

# The newest rate that holds that day, the certificate that counts and holds longest, and one that waits to be accepted.
_TAX = text("""
select r.share, current_setting('app.tax_rounding', true) = 'document' as by_document,
       x.reason, x.certificate_number, x.valid_from, x.valid_to, w.certificate_number as waiting
  from (select 1) one
  left join (select share from tax_rate where upper(region) = :region and valid_from <= :day
              order by valid_from desc limit 1) r on true
  left join (select reason, certificate_number, valid_from, valid_to from tax_exemption
              where company_id = :company and upper(region) = :region and ended_at is null
                and counts_from is not null and :day between valid_from and valid_to
              order by valid_to desc, id desc limit 1) x on true
  left join (select certificate_number from tax_exemption
              where company_id = :company and upper(region) = :region and ended_at is null
                and state = :waiting and :day between valid_from and valid_to
              order by id desc limit 1) w on true
""")


def tax_for(session: Session, *, company_id: int, region: str, on: date) -> Taxed:
    """The tax on what a company buys in a region on a day: of the store's region for pickup, of the address for
    delivery. Without a rate there is no tax; with a certificate that counts and is valid that day neither, and the
    certificate is copied. One statement.
    """
    key = region_key(region)
    if not key:
        return NO_TAX
    asked = {"company": company_id, "region": key, "day": on, "waiting": WAITING}
    row = session.execute(_TAX, asked).one()
    if row.certificate_number is not None:
        return Taxed(region=key, exemption=_certificate(key, row))
    return Taxed(Decimal(row.share or 0), key, waiting=row.waiting or "", by_document=bool(row.by_document))


def _certificate(region: str, row: Row[Any]) -> dict[str, str]:
    return {
        "region": region,
        "reason": row.reason,
        "certificate_number": row.certificate_number,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat(),
    }
