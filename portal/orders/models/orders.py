"""Orders and their lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, Sequence, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.db import Base, BigId, UnitPrice, UTCDateTime
from portal.foundation.sql import sql_list
from portal.orders.models.events import OrderEvent
from portal.orders.status import OPEN_STATES

order_number = Sequence("order_number_seq", start=100001, metadata=Base.metadata)


class Order(Base):
    """What was ordered and promised. Amounts in minor units of ``currency``; lines are as sold and never recomputed."""

    __tablename__ = "sales_order"

    id: Mapped[BigId]
    number: Mapped[str] = mapped_column(unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), unique=True)
    placement_token: Mapped[str | None] = mapped_column(unique=True)
    placement_fingerprint: Mapped[str | None]
    source: Mapped[str] = mapped_column(server_default="portal")  # portal, import
    # order, credit, adjustment (imported documents)
    kind: Mapped[str] = mapped_column(server_default="order")
    status: Mapped[str]  # see portal/orders/status.py
    fulfilment: Mapped[str]  # pickup, delivery, none (imported)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    window_start: Mapped[datetime | None] = mapped_column(UTCDateTime)
    window_end: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivery_date: Mapped[date | None]
    # The promise given to the customer: ready (pickup) or delivered (delivery) by then.
    promised_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pickup_code: Mapped[str | None]
    pickup_person: Mapped[str] = mapped_column(server_default="")
    pickup_phone: Mapped[str] = mapped_column(server_default="")
    ship_to: Mapped[dict[str, str] | None] = mapped_column(JSONB)  # the address as it was
    po_number: Mapped[str] = mapped_column(server_default="")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("company_job.id"))
    job_name: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    currency: Mapped[str]
    # With tax: the sum of the lines' totals and taxes.
    total_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    tax_region: Mapped[str] = mapped_column(server_default="")
    # The certificate that exempts it, as it was: region, reason, certificate number, from and to.
    exemption: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    line_count: Mapped[int]
    # Units to be tinted, of what is there: the store's tint queue is their sum over its open orders.
    tint_quantity: Mapped[int] = mapped_column(server_default="0")
    # Counts against the credit limit until settled.
    on_account: Mapped[bool] = mapped_column(server_default="true")
    credit_released_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    placed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    placed_by_name: Mapped[str] = mapped_column(server_default="")
    subject_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    subject_name: Mapped[str] = mapped_column(server_default="")
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    on_behalf_reason: Mapped[str] = mapped_column(server_default="")
    # What the person it is for may order alone, as it was; above it somebody else of the company approved.
    order_limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    # What the company let its reps order alone, as it was; None also when no rep placed it.
    rep_limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    approved_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    approved_by_name: Mapped[str] = mapped_column(server_default="")
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", lazy="raise", order_by="OrderLine.line_no"
    )
    events: Mapped[list[OrderEvent]] = relationship(
        back_populates="order", lazy="raise", order_by="OrderEvent.id.desc()"
    )

    __table_args__ = (
        Index("ix_sales_order_company_placed", "company_id", "placed_at", "id"),
        Index("ix_sales_order_company_status", "company_id", "status", "placed_at", "id"),
        Index("ix_sales_order_company_po", "company_id", "po_number"),
        Index("ix_sales_order_number_pattern", "number", postgresql_ops={"number": "text_pattern_ops"}),
        Index("ix_sales_order_po_upper", text("upper(po_number) text_pattern_ops")),
        Index("ix_sales_order_placed", "placed_at", "id"),
        Index(
            "ix_sales_order_store_open",
            "store_id",
            "promised_at",
            postgresql_where=text(f"status in {sql_list(OPEN_STATES)}"),
        ),
        CheckConstraint(
            "order_limit_minor is null or total_minor <= order_limit_minor or (approved_by_user_id is not null "
            "and approved_by_user_id is distinct from placed_by_user_id "
            "and approved_by_user_id is distinct from subject_user_id)",
            name="another_person",
        ),
        CheckConstraint(
            "rep_limit_minor is null or total_minor <= rep_limit_minor or (approved_by_user_id is not null "
            "and approved_by_user_id is distinct from placed_by_user_id)",
            name="approved_for_rep",
        ),
    )


class OrderLine(Base):
    """A line as sold: SKU, name, colour and price are copies. Quantities are in units of sale."""

    __tablename__ = "order_line"

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id"))
    sku: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(server_default="each")
    colour_number: Mapped[str | None]
    colour_name: Mapped[str | None]
    colour_hex: Mapped[str | None]
    quantity: Mapped[int]
    quantity_reserved: Mapped[int] = mapped_column(server_default="0")
    quantity_ready: Mapped[int] = mapped_column(server_default="0")
    quantity_fulfilled: Mapped[int] = mapped_column(server_default="0")
    quantity_backordered: Mapped[int] = mapped_column(server_default="0")
    quantity_cancelled: Mapped[int] = mapped_column(server_default="0")
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    total_minor: Mapped[int] = mapped_column(BigInteger)  # net
    tax_share: Mapped[Decimal] = mapped_column(Numeric(7, 5), server_default="0")  # 0.08875 is 8.875 %
    tax_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    quantity_invoiced: Mapped[int] = mapped_column(server_default="0")
    quantity_returned: Mapped[int] = mapped_column(server_default="0")  # credited after they were invoiced
    price_rule: Mapped[str] = mapped_column(server_default="")  # the rule that gave the price, in words
    state: Mapped[str]  # see portal/orders/status.py
    short_reason: Mapped[str] = mapped_column(server_default="")

    order: Mapped[Order] = relationship(back_populates="lines", lazy="raise")

    __table_args__ = (
        Index("ix_order_line_sku", "sku", "order_id", postgresql_ops={"sku": "text_pattern_ops"}),
        Index("ix_order_line_company_variant", "company_id", "variant_id", "order_id"),
    )
