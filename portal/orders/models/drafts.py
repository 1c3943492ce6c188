"""Drafts: orders in the making."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.db import Base, BigId, UTCDateTime
from portal.foundation.sql import sql_list
from portal.orders.draft_states import DRAFT_STATES


class LeftOut(TypedDict, total=False):
    """Something that did not get into a draft, as its JSON column holds it: nothing is dropped silently. A line of a
    pasted list that could not be read has ``raw`` and ``reason`` only."""

    sku: str
    name: str
    quantity: int
    reason: str
    raw: str


class LastTime(TypedDict, total=False):
    """What a line was when it was ordered before, as its JSON column holds it."""

    order: str
    sku: str
    name: str
    quantity: int
    unit_price: str
    rounded_from: int
    rounded_to: int
    colour_lost: str


class Draft(Base):
    """An order in the making. ``owner_user_id`` works on it; a rep's draft for a customer is the rep's own,
    so the customer's stays as it was, and belongs to the person for whom it was begun."""

    __tablename__ = "draft"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    owner_user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    subject_user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    name: Mapped[str] = mapped_column(server_default="")
    # current: the one that "add" adds to; parked: kept for later; placed; discarded.
    state: Mapped[str] = mapped_column(server_default="current")
    source_order_id: Mapped[int | None] = mapped_column(BigInteger)
    fulfilment: Mapped[str] = mapped_column(server_default="pickup")  # pickup, delivery
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    window_start: Mapped[datetime | None] = mapped_column(UTCDateTime)
    window_end: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pickup_person: Mapped[str] = mapped_column(server_default="")
    pickup_phone: Mapped[str] = mapped_column(server_default="")
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    delivery_date: Mapped[date | None]
    po_number: Mapped[str] = mapped_column(server_default="")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("company_job.id"))
    note: Mapped[str] = mapped_column(server_default="")
    allow_backorder: Mapped[bool] = mapped_column(server_default="false")
    left_out: Mapped[list[LeftOut]] = mapped_column(JSONB, server_default="[]")
    # When it first went on to pickup or delivery.
    checkout_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The draft from which this one was split off because credit did not cover all of it.
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), index=True)
    # When, whom and about how much (minor units) the company's approvers were asked, because credit did not cover it.
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_minor: Mapped[int | None] = mapped_column(BigInteger)
    asked_names: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)

    lines: Mapped[list[DraftLine]] = relationship(
        back_populates="draft", lazy="raise", order_by="DraftLine.position", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_draft_company_state", "company_id", "state", "updated_at"),
        Index(
            "uq_draft_one_current",
            "company_id",
            "owner_user_id",
            "subject_user_id",
            unique=True,
            postgresql_where=text("state = 'current'"),
        ),
        CheckConstraint(f"state in {sql_list(DRAFT_STATES)}", name="state_known"),
    )


class DraftLine(Base):
    """This variant, this many, perhaps tinted to a color."""

    __tablename__ = "draft_line"

    id: Mapped[BigId]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    quantity: Mapped[int]
    colour_number: Mapped[str | None] = mapped_column(ForeignKey("colour.number"))
    # When the line comes from a reorder.
    last_time: Mapped[LastTime | None] = mapped_column(JSONB)

    draft: Mapped[Draft] = relationship(back_populates="lines", lazy="raise")

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        # The same thing in the same colour is one line; adding it again sums.
        Index(
            "uq_draft_line_thing",
            "draft_id",
            "variant_id",
            "colour_number",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )
