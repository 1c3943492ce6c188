"""Refunds: money that goes back to the payer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.billing.payment_states import REFUND_ASKED, REFUND_GONE, REFUND_STATES
from portal.foundation.db import Base, BigId, UTCDateTime
from portal.foundation.sql import sql_list


class Refund(Base):
    """Money that goes back to the payer. It is in the ledger from the moment Stripe has taken it on; when it
    fails later, a second posting takes it back."""

    __tablename__ = "refund"

    id: Mapped[BigId]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]  # created, pending, succeeded, failed, cancelled
    # Where the books take it from: unapplied cash first, then these invoices become open again.
    reopens: Mapped[bool] = mapped_column(server_default="false")
    # The credit memo that it pays out, if it was asked for that one.
    credit_memo_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    stripe_refund_id: Mapped[str | None] = mapped_column(unique=True)
    failure_words: Mapped[str] = mapped_column(server_default="")
    actor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Of one that failed: somebody has seen to it.
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    acknowledged_by_name: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(f"state in {sql_list(REFUND_STATES)}", name="state_known"),
        Index("ix_refund_company", "company_id", "created_at", "id"),
        Index(
            "ix_refund_reserved",
            "credit_memo_id",
            postgresql_where=text(f"state = '{REFUND_ASKED}' and credit_memo_id is not null"),
        ),
        Index(
            "ix_refund_failed",
            "id",
            postgresql_where=text(f"state in {sql_list(REFUND_GONE)} and acknowledged_at is null"),
        ),
    )
