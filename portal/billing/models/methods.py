"""Saved means of payment, and the mandate to use one without asking."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class StripeCustomer(Base):
    """Who a company is at Stripe."""

    __tablename__ = "stripe_customer"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(unique=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    livemode: Mapped[bool] = mapped_column(server_default="false")


class SavedMethod(Base):
    """A card or bank account that Stripe keeps for a company. We know what people need to tell it apart."""

    __tablename__ = "saved_method"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    stripe_method_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # card, us_bank_account
    brand: Mapped[str]  # "Visa", or the bank's name
    last4: Mapped[str]
    exp_month: Mapped[int | None]
    exp_year: Mapped[int | None]
    saved_by_user_id: Mapped[int | None] = mapped_column(BigInteger)
    saved_by_name: Mapped[str] = mapped_column(server_default="")
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fingerprint: Mapped[str] = mapped_column(server_default="")  # Stripe's: the same for the same card
    # A bank charged back what was paid with it: it is charged again only once we allow it.
    suspended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint("last4 ~ '^[0-9A-Za-z]{0,4}$'", name="last4_short"),
        Index("ix_saved_method_company", "company_id", postgresql_where=text("removed_at is null")),
        Index(
            "uq_saved_method_card",
            "company_id",
            "fingerprint",
            unique=True,
            postgresql_where=text("removed_at is null and fingerprint <> ''"),
        ),
    )

    @property
    def words(self) -> str:
        """For people: "Visa ending 4242"."""
        return f"{self.brand} ending {self.last4}"


class Autopay(Base):
    """A company's mandate: pay its invoices by this method, by this rule, up to this much at a time."""

    __tablename__ = "autopay"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    saved_method_id: Mapped[int] = mapped_column(ForeignKey("saved_method.id"))
    rule: Mapped[str]  # due: on each invoice's due day; before: ``day`` days before it; monthly: on this day
    day: Mapped[int] = mapped_column(server_default="0")
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)  # never more than this in one go
    mandate_words: Mapped[str]  # exactly what was agreed to
    agreed_by_user_id: Mapped[int | None] = mapped_column(BigInteger)
    agreed_by_name: Mapped[str] = mapped_column(server_default="")
    agreed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ran_on: Mapped[date | None]  # the last day it was looked at, whether or not anything was to be paid
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_name: Mapped[str] = mapped_column(server_default="")
    # A bank charged a payment back: nothing is charged until somebody agrees to a new mandate.
    suspended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint("rule in ('due','before','monthly')", name="rule_known"),
        CheckConstraint("day between 0 and 31", name="day_sane"),
        Index("uq_autopay_one", "company_id", unique=True, postgresql_where=text("ended_at is null")),
    )
