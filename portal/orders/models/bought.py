"""What companies bought before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, UTCDateTime


class Bought(Base):
    """What a company bought before, one row per variant and colour: kept up to date at placement, so that
    the list costs the same for a company with a hundred thousand orders."""

    __tablename__ = "bought"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    colour_number: Mapped[str] = mapped_column(primary_key=True, server_default="")  # '' where not tinted
    times: Mapped[int]
    total_quantity: Mapped[int] = mapped_column(BigInteger)
    last_quantity: Mapped[int]
    last_order_id: Mapped[int] = mapped_column(BigInteger)
    last_ordered_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_bought_company_last", "company_id", "last_ordered_at", "variant_id", "colour_number"),
    )
