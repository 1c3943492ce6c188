"""Credit limits and terms of payment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, UTCDateTime


class CreditAccount(Base):
    """Credit of one company in minor units of its currency. Its row is the lock under which orders are placed.

    ``used_minor`` is what is ordered on account and not invoiced yet, plus the company's balance in the ledger
    (open invoices less credit memos and unapplied cash), both in ``currency``: what is owed in another one does not
    count (docs/decisions/0024-credit-has-one-currency.md). The ledger's part is kept by the database itself, in the
    statement that posts; it is below zero for a company that has paid ahead.
    """

    __tablename__ = "credit_account"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(server_default="USD")
    limit_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    used_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    on_hold: Mapped[bool] = mapped_column(server_default="false")
    hold_reason: Mapped[str] = mapped_column(server_default="")  # the customer reads it
    hold_note: Mapped[str] = mapped_column(server_default="")  # from files: for staff only
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    held_by_name: Mapped[str] = mapped_column(server_default="")
    held_by_rule: Mapped[bool] = mapped_column(server_default="false")  # the rule also lifts it

    @property
    def available_minor(self) -> int:
        """What may still be ordered on account, never below zero."""
        return max(0, self.limit_minor - self.used_minor)


class PaymentTerms(Base):
    """When a company pays. A company without a row pays ``company.terms_days`` days after each invoice's day."""

    __tablename__ = "payment_terms"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(server_default="net")  # net: n days; eom: end of month plus n days
    days: Mapped[int] = mapped_column(server_default="30")
    # Early-payment discount: basis points of the total (200 = 2 %) when paid within ``discount_days``.
    discount_bp: Mapped[int] = mapped_column(server_default="0")
    discount_days: Mapped[int] = mapped_column(server_default="0")
    invoice_per: Mapped[str] = mapped_column(server_default="shipment")  # shipment, order
    remind: Mapped[bool] = mapped_column(server_default="true")
    # Days from the due day at which to remind: -3 is three days before it.
    remind_at: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{-3,0,7,21,45}")
    mail_statements: Mapped[bool] = mapped_column(
        server_default="true"
    )  # each month's, when there is something on it
    hold_after_days: Mapped[int | None]  # overdue; None: no automatic hold
    promises_suspend_hold: Mapped[bool] = mapped_column(server_default="true")  # once for each invoice
    # Credit memos and money on account are used before a card is charged, and for new invoices.
    use_credit: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        CheckConstraint("kind in ('net','eom')", name="kind_known"),
        CheckConstraint("invoice_per in ('shipment','order')", name="invoice_per_known"),
        CheckConstraint("days between 0 and 365", name="days_sane"),
        CheckConstraint("hold_after_days between 1 and 365", name="hold_after_days_sane"),
        CheckConstraint(
            "discount_bp between 0 and 5000 and discount_days between 0 and 365", name="discount_sane"
        ),
    )
