"""What people were called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class NameChange(Base):
    """A person's name until ``changed_at``, and the one since then. Written by the database with the change, whoever makes
    it; the log of touchpoints holds no names."""

    __tablename__ = "name_change"

    id: Mapped[BigId]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    name_before: Mapped[str]
    name_after: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    announced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # mailed, and in the log

    __table_args__ = (
        CheckConstraint("name_before <> name_after", name="changed"),
        Index("ix_name_change_user_id", "user_id", "changed_at"),
    )
