"""Orders that another person has to approve."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime
from portal.foundation.sql import sql_list
from portal.orders.draft_states import APPROVAL_STATES, DECIDED


class OrderApproval(Base):
    """The request to approve a draft above its person's limit, and the decision. Any change of the draft voids a
    pending one (triggers on ``draft`` and ``draft_line``). Amounts in minor units of ``currency``, with tax."""

    __tablename__ = "order_approval"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    state: Mapped[str] = mapped_column(server_default="pending")  # approved, rejected, withdrawn, voided
    asked_by_user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    asked_by_name: Mapped[str]
    subject_user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))  # whose limit it is above
    subject_name: Mapped[str]
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_names: Mapped[str] = mapped_column(server_default="")
    asked_note: Mapped[str] = mapped_column(server_default="")
    currency: Mapped[str]
    limit_minor: Mapped[int] = mapped_column(BigInteger)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    line_count: Mapped[int]
    contents: Mapped[str]  # a digest of variants, quantities and colours
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision_note: Mapped[str] = mapped_column(server_default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), unique=True)

    __table_args__ = (
        CheckConstraint(f"state in {sql_list(APPROVAL_STATES)}", name="state_known"),
        CheckConstraint(
            f"state not in {sql_list(DECIDED)} or (decided_at is not null and decided_by_user_id is not null "
            "and decided_by_user_id <> asked_by_user_id)",
            name="another_person",
        ),
        CheckConstraint("order_id is null or state = 'approved'", name="order_if_approved"),
        Index(
            "uq_order_approval_pending", "draft_id", unique=True, postgresql_where=text("state = 'pending'")
        ),
        Index("ix_order_approval_company", "company_id", "state", "asked_at"),
        Index("ix_order_approval_draft", "draft_id", "id"),
    )
