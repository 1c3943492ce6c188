"""Reminders of open invoices and statements that were sent."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class Reminder(Base):
    """A step of reminding about an invoice that was sent; each step is sent once."""

    __tablename__ = "reminder"

    id: Mapped[BigId]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    step: Mapped[int]  # days from the due day, -3 is three days before it
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    people: Mapped[int]

    __table_args__ = (UniqueConstraint("invoice_id", "step"),)


class StatementMail(Base):
    """A month's statement that was mailed to a company; each once."""

    __tablename__ = "statement_mail"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    month: Mapped[date]  # its first day
    currency: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    people: Mapped[int]

    __table_args__ = (UniqueConstraint("company_id", "month", "currency"),)


class StatementRun(Base):
    """A month whose statements have all been mailed, so that nobody looks for them again."""

    __tablename__ = "statement_run"

    month: Mapped[date] = mapped_column(primary_key=True)
    finished_at: Mapped[datetime] = mapped_column(UTCDateTime)
