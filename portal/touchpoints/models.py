"""The touchpoint log: one row per interaction between a customer and the seller."""

from __future__ import annotations

import uuid

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base
from portal.touchpoints.kind import Props


class Touchpoint(Base):
    """Append-only (triggers refuse UPDATE and DELETE), partitioned by month of ``occurred_us``.

    Times are whole microseconds UTC. Ids only: no names, mail addresses or phone numbers.
    Every column is described in docs/touchpoints.md.
    """

    __tablename__ = "touchpoint"

    event_id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
    occurred_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    received_us: Mapped[int] = mapped_column(BigInteger)
    recorded_us: Mapped[int] = mapped_column(BigInteger)
    fingerprint: Mapped[str]
    source: Mapped[str]
    idempotency_key: Mapped[str | None]
    schema_ver: Mapped[str]
    # Transaction that wrote the row; exports go by it, because ids commit out of order.
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))

    name: Mapped[str]
    stage: Mapped[str]
    channel: Mapped[str]
    outcome: Mapped[str] = mapped_column(server_default="ok")
    error_code: Mapped[str | None]
    props: Mapped[Props] = mapped_column(JSONB, server_default=text("'{}'"))
    valid: Mapped[bool] = mapped_column(server_default="true")
    invalid_reason: Mapped[str | None]
    voids_event_id: Mapped[uuid.UUID | None] = mapped_column(UUID(as_uuid=True))

    account_id: Mapped[int | None] = mapped_column(BigInteger)
    store_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_role: Mapped[str]
    subject_user_id: Mapped[int | None] = mapped_column(BigInteger)
    on_behalf: Mapped[bool] = mapped_column(server_default="false")
    delegation_id: Mapped[int | None] = mapped_column(BigInteger)
    visitor_id: Mapped[uuid.UUID | None] = mapped_column(UUID(as_uuid=True))

    session_id: Mapped[int | None] = mapped_column(BigInteger)
    session_seq: Mapped[int | None]
    task_id: Mapped[uuid.UUID | None] = mapped_column(UUID(as_uuid=True))
    task_type: Mapped[str | None]
    latency_ms: Mapped[int | None]
    dwell_ms: Mapped[int | None]
    attempt_no: Mapped[int | None] = mapped_column(SmallInteger)
    step_no: Mapped[int | None] = mapped_column(SmallInteger)
    handoff: Mapped[bool] = mapped_column(server_default="false")

    order_id: Mapped[int | None] = mapped_column(BigInteger)
    order_line_no: Mapped[int | None]
    draft_id: Mapped[int | None] = mapped_column(BigInteger)
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    payment_id: Mapped[int | None] = mapped_column(BigInteger)
    quote_id: Mapped[int | None] = mapped_column(BigInteger)
    product_id: Mapped[int | None] = mapped_column(BigInteger)
    variant_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    survey_id: Mapped[int | None] = mapped_column(BigInteger)
    promise_id: Mapped[int | None] = mapped_column(BigInteger)
    value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    causation_id: Mapped[uuid.UUID | None] = mapped_column(UUID(as_uuid=True))
    correlation_id: Mapped[str | None]
    trace_id: Mapped[str | None]
    experiment: Mapped[Props | None] = mapped_column(JSONB)

    consent_basis: Mapped[str] = mapped_column(server_default="none")
    consent_ver: Mapped[str | None]
    dnt: Mapped[bool] = mapped_column(server_default="false")
    classification: Mapped[str] = mapped_column(server_default="internal")

    __table_args__ = (
        CheckConstraint(
            "on_behalf = (subject_user_id is not null and actor_id is not null and subject_user_id <> actor_id)",
            name="on_behalf_told",
        ),
        CheckConstraint("not on_behalf or delegation_id is not null", name="delegation_required"),
        CheckConstraint("not on_behalf or visitor_id is null", name="no_visitor_on_behalf"),
        CheckConstraint("octet_length(props::text) <= 8192", name="props_small"),
        Index("ix_touchpoint_account", "account_id", "occurred_us"),
        Index(
            "ix_touchpoint_order", "order_id", "occurred_us", postgresql_where=text("order_id is not null")
        ),
        Index("ix_touchpoint_export", "xid", "event_id"),
        Index(
            "ix_touchpoint_session",
            "session_id",
            "session_seq",
            postgresql_where=text("session_id is not null"),
        ),
        # Both are next to empty: what was corrected, and what has to be.
        Index("ix_touchpoint_voids", "voids_event_id", postgresql_where=text("voids_event_id is not null")),
        Index("ix_touchpoint_invalid", "event_id", postgresql_where=text("not valid")),
        {"postgresql_partition_by": "RANGE (occurred_us)"},
    )


class TouchpointFact(Base):
    """Ids of business facts, unique over all partitions: recording a fact twice is refused here."""

    __tablename__ = "touchpoint_fact"

    event_id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)
