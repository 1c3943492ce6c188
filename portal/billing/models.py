"""What a company may owe."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base


class CreditAccount(Base):
    """Credit of one company in minor units of its currency. Its row is the lock under which orders are placed.

    ``used_minor`` is the sum of the totals of the company's orders on account that are not settled.
    """

    __tablename__ = "credit_account"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(server_default="USD")
    limit_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    used_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    on_hold: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (CheckConstraint("used_minor >= 0", name="used_not_negative"),)

    @property
    def available_minor(self) -> int:
        """What may still be ordered on account, never below zero."""
        return max(0, self.limit_minor - self.used_minor)
