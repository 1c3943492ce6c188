"""What Stripe has reported, and where its books and ours differ."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class StripeEvent(Base):
    """An event that arrived with a valid signature. Its id is the key, so a repeat is recognized. Its payload is never
    trusted: it only says which object to fetch from Stripe."""

    __tablename__ = "stripe_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    object_id: Mapped[str] = mapped_column(server_default="")
    livemode: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StripeChargeback(Base):
    """A chargeback: funds withdrawn by the payer's bank, provisionally or finally."""

    # Stripe's word for it. The table keeps it: renaming a table breaks the code that runs during an upgrade.
    __tablename__ = "stripe_dispute"

    id: Mapped[str] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]  # as Stripe names it: needs_response, under_review, won, lost …
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    answer_by: Mapped[datetime | None] = mapped_column(UTCDateTime)  # until when Stripe takes our answer

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_stripe_dispute_company", "company_id", "closed_at"),
    )


class Discrepancy(Base):
    """A difference between the ledger and Stripe, for staff to look into. Settled when they agree again."""

    __tablename__ = "discrepancy"

    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    words: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Somebody looked into it and said why it stays; it is listed again only if it changes.
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    acknowledged_by_name: Mapped[str] = mapped_column(server_default="")
    acknowledged_reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (Index("ix_discrepancy_open", "found_at", postgresql_where=text("settled_at is null")),)
