"""What happened to orders."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.db import Base, BigId, UTCDateTime

if TYPE_CHECKING:
    from portal.orders.models.orders import Order


class OrderEvent(Base):
    """Something that happened to an order: who, when, from which state to which, in plain words."""

    __tablename__ = "order_event"

    id: Mapped[BigId]
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    line_no: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    actor_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    actor_name: Mapped[str] = mapped_column(server_default="")
    actor_kind: Mapped[str] = mapped_column(server_default="system")
    on_behalf_of: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")

    order: Mapped[Order] = relationship(back_populates="events", lazy="raise")
