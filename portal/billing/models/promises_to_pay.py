"""By when somebody promised to pay an invoice."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class PaymentPromise(Base):
    """ "We pay this by that day": reminders of the invoice wait until then."""

    __tablename__ = "payment_promise"

    id: Mapped[BigId]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    promised_on: Mapped[date]
    note: Mapped[str] = mapped_column(server_default="")
    made_by_user_id: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_payment_promise_invoice", "invoice_id", "promised_on"),)
