"""Small differences of invoices that were written off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class WriteOff(Base):
    """What staff gave up of an invoice, with the limit that held then. Its posting is ``write_off:<key>``."""

    __tablename__ = "write_off"

    id: Mapped[BigId]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    limit_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    actor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    reversed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reversed_by_name: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)
