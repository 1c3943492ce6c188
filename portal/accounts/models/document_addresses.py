"""Addresses to which a company has its documents sent, besides its people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class DocumentAddress(Base):
    """A mailbox of a company's accounts payable, its office, its bookkeeper. It gets documents once somebody who reads
    it has confirmed it; a link in each mail removes it."""

    __tablename__ = "document_address"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    email: Mapped[str]
    delivery: Mapped[str]  # to, cc
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String))  # see portal/accounts/document_addresses/rules.py
    attach_pdf: Mapped[bool] = mapped_column(server_default="true")
    pay_link: Mapped[bool] = mapped_column(server_default="false")
    # Deferred: a customer's request cannot read them. The first one confirms, once; the second one is in every mail.
    confirm_hash: Mapped[bytes | None] = mapped_column(deferred=True)
    removal_token: Mapped[str] = mapped_column(unique=True, deferred=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_name: Mapped[str] = mapped_column(server_default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("company_id", "email"),
        CheckConstraint("delivery in ('to','cc')", name="delivery_known"),
        CheckConstraint(
            "kinds <@ array['invoice','credit_memo','statement','receipt','reminder']::varchar[]",
            name="kinds_known",
        ),
        CheckConstraint("cardinality(kinds) > 0", name="some_kind"),
        Index(
            "ix_document_address_confirm",
            "confirm_hash",
            unique=True,
            postgresql_where=text("confirm_hash is not null"),
        ),
    )
