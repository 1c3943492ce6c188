"""The table that keeps the key of handles."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base


class HandleKey(Base):
    """The key of this database's handles. It stays the same when the portal's secret key is changed: mails and bookmarks go on
    leading where they led."""

    __tablename__ = "handle_key"

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    key: Mapped[bytes]

    __table_args__ = (
        CheckConstraint("id", name="one_row"),
        CheckConstraint("length(key) = 16", name="long_enough"),
    )
