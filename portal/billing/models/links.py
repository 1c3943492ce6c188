"""Links by which somebody without an account pays one invoice or one statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class PayLink(Base):
    """Pays exactly its invoices, until it expires or is revoked. The address holds the token, the row its hash."""

    __tablename__ = "pay_link"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)
    kind: Mapped[str]  # invoice, statement
    title: Mapped[str]  # "Invoice INV-100001", "Statement of June 2026"
    created_by_user_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (CheckConstraint("kind in ('invoice','statement')", name="kind_known"),)


class PayLinkInvoice(Base):
    """A document that a link is for."""

    __tablename__ = "pay_link_invoice"

    pay_link_id: Mapped[int] = mapped_column(ForeignKey("pay_link.id"), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
