"""Sales tax: rates by region, and the certificates that exempt a company."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.billing.models.invoices import TaxShare
from portal.foundation.db import Base, BigId, UTCDateTime


class TaxRate(Base):
    """What a region takes of a net amount, from a day on until the next rate. No rate: no tax."""

    __tablename__ = "tax_rate"

    id: Mapped[BigId]
    region: Mapped[str]
    name: Mapped[str]  # "NY sales tax"
    share: Mapped[Decimal] = mapped_column(TaxShare)
    valid_from: Mapped[date]

    __table_args__ = (
        CheckConstraint("share between 0 and 1", name="share_sane"),
        Index("uq_tax_rate_region_from", "region", "valid_from", unique=True),
    )


class TaxExemption(Base):
    """A certificate by which a company pays no sales tax in a region from one day to another."""

    __tablename__ = "tax_exemption"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    region: Mapped[str]
    reason: Mapped[str]  # resale, government, nonprofit, manufacturing, other
    certificate_number: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    file_name: Mapped[str] = mapped_column(server_default="")
    file_type: Mapped[str] = mapped_column(server_default="")
    file: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    added_by_user_id: Mapped[int | None] = mapped_column(BigInteger)
    added_by_name: Mapped[str] = mapped_column(server_default="")
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # withdrawn before its day

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="days_in_order"),
        Index("ix_tax_exemption_company", "company_id", "region", "valid_to"),
    )
