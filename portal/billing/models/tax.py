"""Sales tax: rates by region, and the certificates that exempt a company."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.billing.models.invoices import TaxShare
from portal.foundation.db import Base, BigId, UTCDateTime
from portal.foundation.sql import sql_list

# What the seller has said of a certificate.
WAITING, ACCEPTED, REFUSED = EXEMPTION_STATES = ("waiting", "accepted", "refused")
# Who ended a certificate before its last day.
COMPANY, SELLER = ENDED_BY = ("company", "seller")


class TaxRate(Base):
    """What a region takes of a net amount, from a day on until the next rate. No rate: no tax."""

    __tablename__ = "tax_rate"

    id: Mapped[BigId]
    region: Mapped[str]
    name: Mapped[str]  # "NY sales tax"
    share: Mapped[Decimal] = mapped_column(TaxShare)
    valid_from: Mapped[date]

    __table_args__ = (
        CheckConstraint("share between 0 and 1", name="share_sane"),
        Index("uq_tax_rate_region_from", "region", "valid_from", unique=True),
    )


class TaxExemption(Base):
    """A certificate by which a company pays no sales tax in a region from one day to another, once it counts."""

    __tablename__ = "tax_exemption"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    region: Mapped[str]
    reason: Mapped[str]  # resale, government, nonprofit, manufacturing, other
    certificate_number: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    file_name: Mapped[str] = mapped_column(server_default="")
    file_type: Mapped[str] = mapped_column(server_default="")
    file: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    added_by_user_id: Mapped[int | None] = mapped_column(BigInteger)
    added_by_name: Mapped[str] = mapped_column(server_default="")
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(server_default=WAITING)
    # Since when orders go without tax by it; None: they never did.
    counts_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decision_note: Mapped[str] = mapped_column(server_default="")  # why it was refused
    ended_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime
    )  # refused, withdrawn or ended: it counts no longer
    ended_by: Mapped[str] = mapped_column(server_default="")
    ended_by_name: Mapped[str] = mapped_column(server_default="")
    end_note: Mapped[str] = mapped_column(server_default="")  # why the seller ended it
    # How many days before its end people were told last.
    warned_days: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="days_in_order"),
        CheckConstraint(f"state in {sql_list(EXEMPTION_STATES)}", name="state_known"),
        CheckConstraint("state <> 'accepted' or counts_from is not null", name="accepted_counts"),
        CheckConstraint(
            "state <> 'refused' or (decision_note <> '' and ended_at is not null)",
            name="refused_has_a_reason",
        ),
        CheckConstraint(f"ended_by = '' or ended_by in {sql_list(ENDED_BY)}", name="ended_by_known"),
        CheckConstraint("ended_by <> 'seller' or end_note <> ''", name="ended_has_a_reason"),
        Index("ix_tax_exemption_company", "company_id", "region", "valid_to"),
        Index(
            "ix_tax_exemption_waiting",
            "added_at",
            "id",
            postgresql_where=text("state = 'waiting' and ended_at is null"),
        ),
        Index(
            "ix_tax_exemption_running_out",
            "valid_to",
            "id",
            postgresql_where=text("state = 'accepted' and ended_at is null"),
        ),
    )
