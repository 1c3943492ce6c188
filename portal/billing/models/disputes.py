"""What a customer disputes of an invoice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class InvoiceDispute(Base):
    """A customer disputes part of an invoice: opened by a short payment or on a page, settled by staff."""

    __tablename__ = "invoice_dispute"

    id: Mapped[BigId]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("payment_attempt.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str]  # price, quantity, damaged, not_received, tax, other
    note: Mapped[str] = mapped_column(server_default="")
    opened_by_user_id: Mapped[int | None] = mapped_column(BigInteger)
    opened_by_name: Mapped[str] = mapped_column(server_default="")
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by_name: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str] = mapped_column(server_default="")  # credited, upheld, withdrawn
    answer: Mapped[str] = mapped_column(server_default="")
    credit_memo_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))  # what it was settled with

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(
            "uq_invoice_dispute_open", "invoice_id", unique=True, postgresql_where=text("closed_at is null")
        ),
        Index("ix_invoice_dispute_company", "company_id", "opened_at"),
    )
