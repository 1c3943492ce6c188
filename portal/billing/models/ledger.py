"""The books: double entry, append-only. Everything that is owed or paid follows from these rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class LedgerTransaction(Base):
    """One fact in the books. ``posting_key`` names the fact, so it is posted once, however often it is reported."""

    __tablename__ = "ledger_transaction"

    id: Mapped[BigId]
    posting_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # see portal/billing/chart_of_accounts.py
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    currency: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    posted_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=text("now()"))
    actor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")  # for people; the customer reads them too

    __table_args__ = (Index("ix_ledger_transaction_company", "company_id", "occurred_at", "id"),)


class LedgerEntry(Base):
    """One side of a transaction in minor units: debits above zero, credits below. A transaction's sum is zero."""

    __tablename__ = "ledger_entry"

    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transaction.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str]  # see portal/billing/chart_of_accounts.py
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    # On the account "receivable": whose document; on "unapplied": whose money.
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("account <> 'receivable' or invoice_id is not null", name="receivable_has_document"),
        CheckConstraint("account <> 'unapplied' or payment_id is not null", name="unapplied_has_payment"),
        Index("ix_ledger_entry_invoice", "invoice_id", postgresql_where=text("invoice_id is not null")),
        Index("ix_ledger_entry_payment", "payment_id", postgresql_where=text("payment_id is not null")),
        Index("ix_ledger_entry_company_account", "company_id", "account", "transaction_id"),
    )
