"""The tables, as the models describe them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "colour",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hex", sa.String(), nullable=False),
        sa.Column("family", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("hex ~ '^#[0-9A-F]{6}$'", name=op.f("ck_colour_hex_form")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_colour")),
    )
    op.create_index(
        "ix_colour_name_trgm",
        "colour",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_table(
        "outbound_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("to_email", sa.String(), nullable=False),
        sa.Column("to_name", sa.String(), server_default="", nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_outbound_mail_key")),
    )
    op.create_index(op.f("ix_outbound_mail_order_id"), "outbound_mail", ["order_id"], unique=False)
    op.create_table(
        "price_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), server_default="USD", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("code", name=op.f("uq_price_list_code")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), server_default="", nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("data_sheet_url", sa.String(), nullable=True),
        sa.Column("tintable", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("code", name=op.f("uq_product_code")),
    )
    op.create_index(op.f("ix_product_category"), "product", ["category"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_key", sa.LargeBinary(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_account", "sign_in_attempt", ["account_key", "at"], unique=False)
    op.create_index("ix_sign_in_attempt_network", "sign_in_attempt", ["network", "at"], unique=False)
    op.create_table(
        "store",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line1", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("country", sa.String(), server_default="US", nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), server_default="", nullable=False),
        sa.Column("lead_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("tint_minutes", sa.Integer(), server_default="5", nullable=False),
        sa.Column("window_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("window_capacity", sa.Integer(), server_default="6", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("code", name=op.f("uq_store_code")),
    )
    op.create_table(
        "touchpoint",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("occurred_us", sa.BigInteger(), nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_us", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("schema_ver", sa.String(), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), server_default="ok", nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column(
            "props", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("valid", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("invalid_reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.UUID(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("subject_user_id", sa.BigInteger(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("delegation_id", sa.BigInteger(), nullable=True),
        sa.Column("visitor_id", sa.UUID(), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("session_seq", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.UUID(), nullable=True),
        sa.Column("task_type", sa.String(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("dwell_ms", sa.Integer(), nullable=True),
        sa.Column("attempt_no", sa.SmallInteger(), nullable=True),
        sa.Column("step_no", sa.SmallInteger(), nullable=True),
        sa.Column("handoff", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_no", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("quote_id", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("variant_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("survey_id", sa.BigInteger(), nullable=True),
        sa.Column("promise_id", sa.BigInteger(), nullable=True),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("causation_id", sa.UUID(), nullable=True),
        sa.Column("correlation_id", sa.String(), nullable=True),
        sa.Column("trace_id", sa.String(), nullable=True),
        sa.Column("experiment", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("consent_basis", sa.String(), server_default="none", nullable=False),
        sa.Column("consent_ver", sa.String(), nullable=True),
        sa.Column("dnt", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("classification", sa.String(), server_default="internal", nullable=False),
        sa.CheckConstraint(
            "not on_behalf or delegation_id is not null", name=op.f("ck_touchpoint_delegation_required")
        ),
        sa.CheckConstraint(
            "not on_behalf or visitor_id is null", name=op.f("ck_touchpoint_no_visitor_on_behalf")
        ),
        sa.CheckConstraint("octet_length(props::text) <= 8192", name=op.f("ck_touchpoint_props_small")),
        sa.CheckConstraint(
            "on_behalf = (subject_user_id is not null and actor_id is not null and subject_user_id <> actor_id)",
            name=op.f("ck_touchpoint_on_behalf_told"),
        ),
        sa.PrimaryKeyConstraint("event_id", "occurred_us", name=op.f("pk_touchpoint")),
        postgresql_partition_by="RANGE (occurred_us)",
    )
    op.create_index("ix_touchpoint_account", "touchpoint", ["account_id", "occurred_us"], unique=False)
    op.create_index("ix_touchpoint_export", "touchpoint", ["xid", "event_id"], unique=False)
    op.create_index(
        "ix_touchpoint_order",
        "touchpoint",
        ["order_id", "occurred_us"],
        unique=False,
        postgresql_where=sa.text("order_id is not null"),
    )
    op.create_index(
        "ix_touchpoint_session",
        "touchpoint",
        ["session_id", "session_seq"],
        unique=False,
        postgresql_where=sa.text("session_id is not null"),
    )
    op.create_table(
        "touchpoint_fact",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_touchpoint_fact")),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("phone_digits", sa.String(), nullable=True),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("time_zone", sa.String(), server_default="America/New_York", nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_app_user_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("email", name=op.f("uq_app_user_email")),
    )
    op.create_index(
        "ix_app_user_email_pattern",
        "app_user",
        ["email"],
        unique=False,
        postgresql_ops={"email": "text_pattern_ops"},
    )
    op.create_index(
        "ix_app_user_name_trgm",
        "app_user",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_app_user_phone_digits",
        "app_user",
        ["phone_digits"],
        unique=False,
        postgresql_ops={"phone_digits": "text_pattern_ops"},
    )
    op.create_index(
        "ix_app_user_phone_reversed",
        "app_user",
        [sa.literal_column("reverse(phone_digits) text_pattern_ops")],
        unique=False,
    )
    op.create_table(
        "company",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("price_list_id", sa.BigInteger(), nullable=True),
        sa.Column("home_store_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), server_default="USD", nullable=False),
        sa.Column("po_mode", sa.String(), server_default="free", nullable=False),
        sa.Column("acting_consent", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("terms_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("phone_digits", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("account_kind", sa.String(), server_default="trade", nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["home_store_id"], ["store.id"], name=op.f("fk_company_home_store_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["company.id"], name=op.f("fk_company_parent_id")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_company_price_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("code", name=op.f("uq_company_code")),
    )
    op.create_index(
        "ix_company_email", "company", [sa.literal_column("lower(email) text_pattern_ops")], unique=False
    )
    op.create_index(
        "ix_company_name_trgm",
        "company",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_company_parent_id"), "company", ["parent_id"], unique=False)
    op.create_index(
        "ix_company_phone_digits",
        "company",
        ["phone_digits"],
        unique=False,
        postgresql_ops={"phone_digits": "text_pattern_ops"},
    )
    op.create_index(
        "ix_company_phone_reversed",
        "company",
        [sa.literal_column("reverse(phone_digits) text_pattern_ops")],
        unique=False,
    )
    op.create_table(
        "pickup_slot",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("booked between 0 and capacity", name=op.f("ck_pickup_slot_within_capacity")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_pickup_slot_store_id")),
        sa.PrimaryKeyConstraint("store_id", "starts_at", name=op.f("pk_pickup_slot")),
    )
    op.create_table(
        "store_exception",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_exception_store_id")),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_store_exception")),
    )
    op.create_table(
        "store_hours",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_store_hours_opens_before_closes")),
        sa.CheckConstraint("weekday between 1 and 7", name=op.f("ck_store_hours_weekday_iso")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_hours_store_id")),
        sa.PrimaryKeyConstraint("store_id", "weekday", name=op.f("pk_store_hours")),
    )
    op.create_table(
        "variant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column(
            "sku_key",
            sa.String(),
            sa.Computed("upper(regexp_replace(sku, '[^A-Za-z0-9]', '', 'g'))", persisted=True),
            nullable=False,
        ),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.String(), server_default="", nullable=False),
        sa.Column("sheen", sa.String(), server_default="", nullable=False),
        sa.Column("tint_base", sa.String(), server_default="", nullable=False),
        sa.Column("unit", sa.String(), server_default="each", nullable=False),
        sa.Column("pack_size", sa.Integer(), server_default="1", nullable=False),
        sa.Column("discontinued_on", sa.Date(), nullable=True),
        sa.Column("replacement_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("pack_size > 0", name=op.f("ck_variant_pack_size_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_variant_product_id")),
        sa.ForeignKeyConstraint(["replacement_id"], ["variant.id"], name=op.f("fk_variant_replacement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("sku", name=op.f("uq_variant_sku")),
    )
    op.create_index(
        "ix_variant_name_trgm",
        "variant",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(op.f("ix_variant_product_id"), "variant", ["product_id"], unique=False)
    op.create_index(
        "ix_variant_sku_key",
        "variant",
        ["sku_key"],
        unique=False,
        postgresql_ops={"sku_key": "text_pattern_ops"},
    )
    op.create_index(
        "ix_variant_sku_key_trgm",
        "variant",
        ["sku_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"sku_key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("line1", sa.String(), nullable=False),
        sa.Column("line2", sa.String(), server_default="", nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("country", sa.String(), server_default="US", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_address_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("company_id", "label", name=op.f("uq_address_company_id_label")),
    )
    op.create_table(
        "bought",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("colour_number", sa.String(), server_default="", nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("total_quantity", sa.BigInteger(), nullable=False),
        sa.Column("last_quantity", sa.Integer(), nullable=False),
        sa.Column("last_order_id", sa.BigInteger(), nullable=False),
        sa.Column("last_ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_bought_company_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_bought_variant_id")),
        sa.PrimaryKeyConstraint("company_id", "variant_id", "colour_number", name=op.f("pk_bought")),
    )
    op.create_index(
        "ix_bought_company_last",
        "bought",
        ["company_id", "last_ordered_at", "variant_id", "colour_number"],
        unique=False,
    )
    op.create_table(
        "company_job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("po_number", sa.String(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_job_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_job")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_company_job_company_id_name")),
    )
    op.create_table(
        "contract_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.String(), server_default="", nullable=False),
        sa.Column("min_quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_contract_price_company_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_contract_price_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_price")),
        sa.UniqueConstraint(
            "company_id",
            "variant_id",
            "contract",
            "min_quantity",
            "valid_from",
            name=op.f("uq_contract_price_company_id_variant_id_contract_min_quantity_valid_from"),
        ),
    )
    op.create_table(
        "credit_account",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), server_default="USD", nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("on_hold", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("used_minor >= 0", name=op.f("ck_credit_account_used_not_negative")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_credit_account_company_id")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_credit_account")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_user_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_user_id"], ["app_user.id"], name=op.f("fk_delegation_actor_user_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_delegation_company_id")),
        sa.ForeignKeyConstraint(
            ["subject_user_id"], ["app_user.id"], name=op.f("fk_delegation_subject_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_actor_user_id"), "delegation", ["actor_user_id"], unique=False)
    op.create_index(op.f("ix_delegation_company_id"), "delegation", ["company_id"], unique=False)
    op.create_table(
        "list_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("min_quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_list.id"], name=op.f("fk_list_price_price_list_id")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_list_price_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_price")),
        sa.UniqueConstraint(
            "variant_id",
            "price_list_id",
            "min_quantity",
            "valid_from",
            name=op.f("uq_list_price_variant_id_price_list_id_min_quantity_valid_from"),
        ),
    )
    op.create_table(
        "membership",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_membership_company_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("user_id", "company_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_company_id"), "membership", ["company_id"], unique=False)
    op.create_table(
        "one_time_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_user_id"], ["app_user.id"], name=op.f("fk_one_time_token_created_by_user_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_one_time_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
    )
    op.create_index(op.f("ix_one_time_token_user_id"), "one_time_token", ["user_id"], unique=False)
    op.create_table(
        "part_number",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("part_key", sa.String(), nullable=False),
        sa.Column("part_number", sa.String(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_part_number_company_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_part_number_variant_id")),
        sa.PrimaryKeyConstraint("company_id", "part_key", name=op.f("pk_part_number")),
    )
    op.create_index(
        "ix_part_number_company_variant", "part_number", ["company_id", "variant_id"], unique=False
    )
    op.create_table(
        "rep_assignment",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_rep_assignment_company_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_rep_assignment_user_id")),
        sa.PrimaryKeyConstraint("user_id", "company_id", name=op.f("pk_rep_assignment")),
    )
    op.create_index(op.f("ix_rep_assignment_company_id"), "rep_assignment", ["company_id"], unique=False)
    op.create_table(
        "stock",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("on_hand >= reserved", name=op.f("ck_stock_never_below_zero")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_stock_reserved_not_negative")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_stock_store_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_stock_variant_id")),
        sa.PrimaryKeyConstraint("store_id", "variant_id", name=op.f("pk_stock")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(op.f("ix_stock_variant_id"), "stock", ["variant_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_user_id", sa.BigInteger(), nullable=False),
        sa.Column("delegation_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="current", nullable=False),
        sa.Column("source_order_id", sa.BigInteger(), nullable=True),
        sa.Column("fulfilment", sa.String(), server_default="pickup", nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pickup_person", sa.String(), server_default="", nullable=False),
        sa.Column("pickup_phone", sa.String(), server_default="", nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("po_number", sa.String(), server_default="", nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("allow_backorder", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("checkout_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('current','parked','placed','discarded')", name=op.f("ck_draft_state_known")
        ),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_draft_address_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_draft_company_id")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_draft_delegation_id")),
        sa.ForeignKeyConstraint(["job_id"], ["company_job.id"], name=op.f("fk_draft_job_id")),
        sa.ForeignKeyConstraint(["owner_user_id"], ["app_user.id"], name=op.f("fk_draft_owner_user_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_draft_store_id")),
        sa.ForeignKeyConstraint(["subject_user_id"], ["app_user.id"], name=op.f("fk_draft_subject_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_company_state", "draft", ["company_id", "state", "updated_at"], unique=False)
    op.create_index(
        "uq_draft_one_current",
        "draft",
        ["company_id", "owner_user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("delegation_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.String(), server_default="", nullable=False),
        sa.Column("network", sa.String(), server_default="", nullable=False),
        sa.Column("touch_seq", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_user_session_company_id")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_user_session_delegation_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["company_job.id"], name=op.f("fk_user_session_job_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_user_session_store_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "draft_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("colour_number", sa.String(), nullable=True),
        sa.Column("last_time", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_draft_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["colour_number"], ["colour.number"], name=op.f("fk_draft_line_colour_number")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_line_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_draft_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_line")),
    )
    op.create_index(
        "uq_draft_line_thing",
        "draft_line",
        ["draft_id", "variant_id", "colour_number"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "sales_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("placement_token", sa.String(), nullable=True),
        sa.Column("placement_fingerprint", sa.String(), nullable=True),
        sa.Column("source", sa.String(), server_default="portal", nullable=False),
        sa.Column("kind", sa.String(), server_default="order", nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("fulfilment", sa.String(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pickup_code", sa.String(), nullable=True),
        sa.Column("pickup_person", sa.String(), server_default="", nullable=False),
        sa.Column("pickup_phone", sa.String(), server_default="", nullable=False),
        sa.Column("ship_to", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("po_number", sa.String(), server_default="", nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("job_name", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("tint_quantity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("on_account", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("credit_released_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("placed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("placed_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("subject_user_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_name", sa.String(), server_default="", nullable=False),
        sa.Column("delegation_id", sa.BigInteger(), nullable=True),
        sa.Column("on_behalf_reason", sa.String(), server_default="", nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_sales_order_company_id")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_sales_order_delegation_id")
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_sales_order_draft_id")),
        sa.ForeignKeyConstraint(["job_id"], ["company_job.id"], name=op.f("fk_sales_order_job_id")),
        sa.ForeignKeyConstraint(
            ["placed_by_user_id"], ["app_user.id"], name=op.f("fk_sales_order_placed_by_user_id")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sales_order_store_id")),
        sa.ForeignKeyConstraint(
            ["subject_user_id"], ["app_user.id"], name=op.f("fk_sales_order_subject_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_sales_order_draft_id")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_order_number")),
        sa.UniqueConstraint("placement_token", name=op.f("uq_sales_order_placement_token")),
    )
    op.create_index(
        "ix_sales_order_company_placed", "sales_order", ["company_id", "placed_at", "id"], unique=False
    )
    op.create_index("ix_sales_order_company_po", "sales_order", ["company_id", "po_number"], unique=False)
    op.create_index(
        "ix_sales_order_company_status",
        "sales_order",
        ["company_id", "status", "placed_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_sales_order_number_pattern",
        "sales_order",
        ["number"],
        unique=False,
        postgresql_ops={"number": "text_pattern_ops"},
    )
    op.create_index("ix_sales_order_placed", "sales_order", ["placed_at", "id"], unique=False)
    op.create_index(
        "ix_sales_order_po_upper",
        "sales_order",
        [sa.literal_column("upper(po_number) text_pattern_ops")],
        unique=False,
    )
    op.create_index(
        "ix_sales_order_store_open",
        "sales_order",
        ["store_id", "promised_at"],
        unique=False,
        postgresql_where=sa.text("status in ('placed','accepted','picking','ready','out','backordered')"),
    )
    op.create_table(
        "order_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=True),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), server_default="", nullable=False),
        sa.Column("actor_kind", sa.String(), server_default="system", nullable=False),
        sa.Column("on_behalf_of", sa.String(), server_default="", nullable=False),
        sa.Column("text", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_user_id"], ["app_user.id"], name=op.f("fk_order_event_actor_user_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_event_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_order_id"), "order_event", ["order_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=True),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), server_default="each", nullable=False),
        sa.Column("colour_number", sa.String(), nullable=True),
        sa.Column("colour_name", sa.String(), nullable=True),
        sa.Column("colour_hex", sa.String(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("quantity_reserved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quantity_ready", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quantity_fulfilled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quantity_backordered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quantity_cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_rule", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("short_reason", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_order_line_variant_id")),
        sa.PrimaryKeyConstraint("order_id", "line_no", name=op.f("pk_order_line")),
    )
    op.create_index(
        "ix_order_line_company_variant", "order_line", ["company_id", "variant_id", "order_id"], unique=False
    )
    op.create_index(
        "ix_order_line_sku",
        "order_line",
        ["sku", "order_id"],
        unique=False,
        postgresql_ops={"sku": "text_pattern_ops"},
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
