"""Stores, their hours, stock and pickup windows."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class Store(Base):
    """A branch where customers pick up orders. Hours are local to ``time_zone``."""

    __tablename__ = "store"

    id: Mapped[BigId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    line1: Mapped[str]
    city: Mapped[str]
    region: Mapped[str]
    postcode: Mapped[str]
    country: Mapped[str] = mapped_column(server_default="US")
    latitude: Mapped[float]
    longitude: Mapped[float]
    time_zone: Mapped[str]
    phone: Mapped[str] = mapped_column(server_default="")
    lead_minutes: Mapped[int] = mapped_column(server_default="60")  # to pick an order, in open hours
    tint_minutes: Mapped[int] = mapped_column(server_default="5")  # to tint one can
    window_minutes: Mapped[int] = mapped_column(server_default="60")  # length of a pickup window
    window_capacity: Mapped[int] = mapped_column(server_default="6")  # orders per window


class StoreHours(Base):
    """Opening hours of a weekday (1 = Monday … 7 = Sunday). No row: closed."""

    __tablename__ = "store_hours"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    opens: Mapped[time]
    closes: Mapped[time]

    __table_args__ = (
        CheckConstraint("weekday between 1 and 7", name="weekday_iso"),
        CheckConstraint("opens < closes", name="opens_before_closes"),
    )


class StoreException(Base):
    """A date on which a store has different hours; both times null: closed all day."""

    __tablename__ = "store_exception"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    note: Mapped[str] = mapped_column(server_default="")


class Stock(Base):
    """Stock of one variant at one store, in units of sale.

    ``on_hand`` is what the seller's system says: it may be below ``reserved``, and below zero.
    """

    __tablename__ = "stock"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("variant.id"), primary_key=True, index=True
    )
    on_hand: Mapped[int] = mapped_column(server_default="0")
    reserved: Mapped[int] = mapped_column(server_default="0")
    # What can still be promised. Read this; nobody else subtracts.
    free: Mapped[int] = mapped_column(Computed("greatest(0, on_hand - reserved)", persisted=True))

    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        {"postgresql_with": {"fillfactor": "80"}},  # updated in place at every placement
    )


class PickupSlot(Base):
    """Bookings of one pickup window. A row appears with the first booking."""

    __tablename__ = "pickup_slot"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    capacity: Mapped[int]
    booked: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (CheckConstraint("booked between 0 and capacity", name="within_capacity"),)
