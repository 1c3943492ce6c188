"""Ledger, invoices, payments and what belongs to them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for sequence in ("invoice_number_seq", "credit_memo_number_seq", "payment_number_seq"):
        op.execute(f"create sequence {sequence} start with 100001")
    # A company that has paid ahead uses less than nothing of its credit.
    op.drop_constraint(op.f("ck_credit_account_used_not_negative"), "credit_account")
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), server_default="", nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_table(
        "tax_rate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("share", sa.Numeric(precision=7, scale=5), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint("share between 0 and 1", name=op.f("ck_tax_rate_share_sane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
    )
    op.create_index("uq_tax_rate_region_from", "tax_rate", ["region", "valid_from"], unique=True)
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_discrepancy_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
        sa.UniqueConstraint("key", name=op.f("uq_discrepancy_key")),
    )
    op.create_index(
        "ix_discrepancy_open",
        "discrepancy",
        ["found_at"],
        unique=False,
        postgresql_where=sa.text("settled_at is null"),
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("posting_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), server_default="", nullable=False),
        sa.Column("words", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_ledger_transaction_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("posting_key", name=op.f("uq_ledger_transaction_posting_key")),
    )
    op.create_index(
        "ix_ledger_transaction_company",
        "ledger_transaction",
        ["company_id", "occurred_at", "id"],
        unique=False,
    )
    op.create_table(
        "pay_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('invoice','statement')", name=op.f("ck_pay_link_kind_known")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_pay_link_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_pay_link_token_hash")),
    )
    op.create_index(op.f("ix_pay_link_company_id"), "pay_link", ["company_id"], unique=False)
    op.create_table(
        "payment_terms",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), server_default="net", nullable=False),
        sa.Column("days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("discount_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("discount_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("invoice_per", sa.String(), server_default="shipment", nullable=False),
        sa.Column("remind", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("remind_at", sa.ARRAY(sa.Integer()), server_default="{-3,0,7,21,45}", nullable=False),
        sa.CheckConstraint(
            "invoice_per in ('shipment','order')", name=op.f("ck_payment_terms_invoice_per_known")
        ),
        sa.CheckConstraint("kind in ('net','eom')", name=op.f("ck_payment_terms_kind_known")),
        sa.CheckConstraint("days between 0 and 365", name=op.f("ck_payment_terms_days_sane")),
        sa.CheckConstraint(
            "discount_bp between 0 and 5000 and discount_days between 0 and 365",
            name=op.f("ck_payment_terms_discount_sane"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_payment_terms_company_id")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_payment_terms")),
    )
    op.create_table(
        "saved_method",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_method_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("last4", sa.String(), nullable=False),
        sa.Column("exp_month", sa.Integer(), nullable=True),
        sa.Column("exp_year", sa.Integer(), nullable=True),
        sa.Column("saved_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("saved_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last4 ~ '^[0-9A-Za-z]{0,4}$'", name=op.f("ck_saved_method_last4_short")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_saved_method_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_method")),
        sa.UniqueConstraint("stripe_method_id", name=op.f("uq_saved_method_stripe_method_id")),
    )
    op.create_index(
        "ix_saved_method_company",
        "saved_method",
        ["company_id"],
        unique=False,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "stripe_customer",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("livemode", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_stripe_customer_company_id")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_stripe_customer")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_stripe_customer_customer_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_stripe_customer_idempotency_key")),
    )
    op.create_table(
        "tax_exemption",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("certificate_number", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(), server_default="", nullable=False),
        sa.Column("file_type", sa.String(), server_default="", nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("added_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("added_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_tax_exemption_days_in_order")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_tax_exemption_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_exemption")),
    )
    op.create_index(
        "ix_tax_exemption_company", "tax_exemption", ["company_id", "region", "valid_to"], unique=False
    )
    op.create_table(
        "autopay",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("saved_method_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), server_default="0", nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("mandate_words", sa.String(), nullable=False),
        sa.Column("agreed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("agreed_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_name", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("rule in ('due','before','monthly')", name=op.f("ck_autopay_rule_known")),
        sa.CheckConstraint("day between 0 and 31", name=op.f("ck_autopay_day_sane")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_autopay_company_id")),
        sa.ForeignKeyConstraint(
            ["saved_method_id"], ["saved_method.id"], name=op.f("fk_autopay_saved_method_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_autopay")),
    )
    op.create_index(
        "uq_autopay_one", "autopay", ["company_id"], unique=True, postgresql_where=sa.text("ended_at is null")
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), server_default="portal", nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_number", sa.String(), server_default="", nullable=False),
        sa.Column("issue_key", sa.String(), nullable=False),
        sa.Column("corrects_invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("terms_words", sa.String(), server_default="", nullable=False),
        sa.Column("discount_until", sa.Date(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("po_number", sa.String(), server_default="", nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("job_name", sa.String(), server_default="", nullable=False),
        sa.Column("bill_to", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("ship_to", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("exemption", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "case kind when 'invoice' then total_minor >= 0 else total_minor <= 0 end",
            name=op.f("ck_invoice_total_by_kind"),
        ),
        sa.CheckConstraint("kind in ('invoice','credit_memo')", name=op.f("ck_invoice_kind_known")),
        sa.CheckConstraint(
            "discount_minor between 0 and greatest(0, total_minor)",
            name=op.f("ck_invoice_discount_within_total"),
        ),
        sa.CheckConstraint(
            "open_minor between least(0, total_minor) and greatest(0, total_minor)",
            name=op.f("ck_invoice_open_within_total"),
        ),
        sa.CheckConstraint("total_minor = net_minor + tax_minor", name=op.f("ck_invoice_total_adds_up")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_invoice_company_id")),
        sa.ForeignKeyConstraint(
            ["corrects_invoice_id"], ["invoice.id"], name=op.f("fk_invoice_corrects_invoice_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["company_job.id"], name=op.f("fk_invoice_job_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_invoice_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("issue_key", name=op.f("uq_invoice_issue_key")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
    )
    op.create_index("ix_invoice_company_due", "invoice", ["company_id", "due_on", "id"], unique=False)
    op.create_index("ix_invoice_company_issued", "invoice", ["company_id", "issued_on", "id"], unique=False)
    op.create_index(
        "ix_invoice_company_open",
        "invoice",
        ["company_id", "due_on", "id"],
        unique=False,
        postgresql_include=["open_minor", "currency"],
        postgresql_where=sa.text("open_minor <> 0"),
    )
    op.create_index(
        "ix_invoice_corrects",
        "invoice",
        ["corrects_invoice_id"],
        unique=False,
        postgresql_where=sa.text("corrects_invoice_id is not null"),
    )
    op.create_index(
        "ix_invoice_number_pattern",
        "invoice",
        ["number"],
        unique=False,
        postgresql_ops={"number": "text_pattern_ops"},
    )
    op.create_index(
        "ix_invoice_open_due",
        "invoice",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("open_minor > 0"),
    )
    op.create_index(op.f("ix_invoice_order_id"), "invoice", ["order_id"], unique=False)
    op.create_table(
        "payment_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("via", sa.String(), server_default="page", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("livemode", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("method_kind", sa.String(), server_default="", nullable=False),
        sa.Column("saved_method_id", sa.BigInteger(), nullable=True),
        sa.Column("save_method", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("stripe_customer_id", sa.String(), nullable=True),
        sa.Column("checkout_session_id", sa.String(), nullable=True),
        sa.Column("checkout_url", sa.String(), nullable=True),
        sa.Column("payment_intent_id", sa.String(), nullable=True),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("pay_link_id", sa.BigInteger(), nullable=True),
        sa.Column("run_on", sa.Date(), nullable=True),
        sa.Column("failure_code", sa.String(), server_default="", nullable=False),
        sa.Column("failure_words", sa.String(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose in ('invoices','draft','setup')", name=op.f("ck_payment_attempt_purpose_known")
        ),
        sa.CheckConstraint(
            "state in ('scheduled','created','open','processing','succeeded','failed','cancelled','expired')",
            name=op.f("ck_payment_attempt_state_known"),
        ),
        sa.CheckConstraint(
            "via in ('page','link','autopay','schedule')", name=op.f("ck_payment_attempt_via_known")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payment_attempt_amount_not_negative")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_payment_attempt_company_id")),
        sa.ForeignKeyConstraint(
            ["pay_link_id"], ["pay_link.id"], name=op.f("fk_payment_attempt_pay_link_id")
        ),
        sa.ForeignKeyConstraint(
            ["saved_method_id"], ["saved_method.id"], name=op.f("fk_payment_attempt_saved_method_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_attempt")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_payment_attempt_checkout_session_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_payment_attempt_idempotency_key")),
        sa.UniqueConstraint("payment_intent_id", name=op.f("uq_payment_attempt_payment_intent_id")),
        sa.UniqueConstraint("token", name=op.f("uq_payment_attempt_token")),
    )
    op.create_index(
        "ix_payment_attempt_company", "payment_attempt", ["company_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_payment_attempt_hanging",
        "payment_attempt",
        ["checked_at"],
        unique=False,
        postgresql_where=sa.text("state in ('created','open','processing')"),
    )
    op.create_index(
        "ix_payment_attempt_scheduled",
        "payment_attempt",
        ["run_on"],
        unique=False,
        postgresql_where=sa.text("state = 'scheduled'"),
    )
    op.create_index(
        "uq_payment_attempt_autopay",
        "payment_attempt",
        ["company_id", "run_on"],
        unique=True,
        postgresql_where=sa.text("via = 'autopay'"),
    )
    op.create_table(
        "invoice_dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("opened_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("credit_memo_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_invoice_dispute_amount_positive")),
        sa.ForeignKeyConstraint(
            ["credit_memo_id"], ["invoice.id"], name=op.f("fk_invoice_dispute_credit_memo_id")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempt.id"], name=op.f("fk_invoice_dispute_attempt_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_invoice_dispute_company_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_dispute_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_dispute")),
    )
    op.create_index(
        "ix_invoice_dispute_company", "invoice_dispute", ["company_id", "opened_at"], unique=False
    )
    op.create_index(
        "uq_invoice_dispute_open",
        "invoice_dispute",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_no", sa.Integer(), nullable=True),
        sa.Column("sku", sa.String(), server_default="", nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), server_default="", nullable=False),
        sa.Column("unit", sa.String(), server_default="each", nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_share", sa.Numeric(precision=7, scale=5), server_default="0", nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", "line_no", name=op.f("pk_invoice_line")),
    )
    op.create_table(
        "pay_link_invoice",
        sa.Column("pay_link_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_pay_link_invoice_invoice_id")),
        sa.ForeignKeyConstraint(
            ["pay_link_id"], ["pay_link.id"], name=op.f("fk_pay_link_invoice_pay_link_id")
        ),
        sa.PrimaryKeyConstraint("pay_link_id", "invoice_id", name=op.f("pk_pay_link_invoice")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method_words", sa.String(), server_default="", nullable=False),
        sa.Column("reference", sa.String(), server_default="", nullable=False),
        sa.Column("payment_intent_id", sa.String(), nullable=True),
        sa.Column("charge_id", sa.String(), nullable=True),
        sa.Column("balance_transaction_id", sa.String(), nullable=True),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("unapplied_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_amount_positive")),
        sa.CheckConstraint(
            "refunded_minor between 0 and amount_minor", name=op.f("ck_payment_refunds_within_amount")
        ),
        sa.CheckConstraint(
            "unapplied_minor between 0 and amount_minor", name=op.f("ck_payment_unapplied_within_amount")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["payment_attempt.id"], name=op.f("fk_payment_attempt_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_payment_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_payment_attempt_id")),
        sa.UniqueConstraint("balance_transaction_id", name=op.f("uq_payment_balance_transaction_id")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_payment_charge_id")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_number")),
        sa.UniqueConstraint("payment_intent_id", name=op.f("uq_payment_payment_intent_id")),
    )
    op.create_index("ix_payment_company", "payment", ["company_id", "received_at", "id"], unique=False)
    op.create_index(
        "ix_payment_unapplied",
        "payment",
        ["company_id", "id"],
        unique=False,
        postgresql_where=sa.text("unapplied_minor > 0"),
    )
    op.create_table(
        "payment_allocation",
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("short_reason", sa.String(), server_default="", nullable=False),
        sa.Column("short_note", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_payment_allocation_amount_not_zero")),
        sa.CheckConstraint("discount_minor >= 0", name=op.f("ck_payment_allocation_discount_not_negative")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempt.id"], name=op.f("fk_payment_allocation_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_payment_allocation_invoice_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "invoice_id", name=op.f("pk_payment_allocation")),
    )
    op.create_index(
        op.f("ix_payment_allocation_invoice_id"), "payment_allocation", ["invoice_id"], unique=False
    )
    op.create_table(
        "payment_promise",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("made_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_payment_promise_company_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_promise_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_promise")),
    )
    op.create_index(
        "ix_payment_promise_invoice", "payment_promise", ["invoice_id", "promised_on"], unique=False
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_reminder_company_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_reminder_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("invoice_id", "step", name=op.f("uq_reminder_invoice_id_step")),
    )
    op.create_index(op.f("ix_reminder_company_id"), "reminder", ["company_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "account <> 'receivable' or invoice_id is not null",
            name=op.f("ck_ledger_entry_receivable_has_document"),
        ),
        sa.CheckConstraint(
            "account <> 'unapplied' or payment_id is not null",
            name=op.f("ck_ledger_entry_unapplied_has_payment"),
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_entry_amount_not_zero")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_ledger_entry_invoice_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_ledger_entry_payment_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transaction.id"], name=op.f("fk_ledger_entry_transaction_id")
        ),
        sa.PrimaryKeyConstraint("transaction_id", "line_no", name=op.f("pk_ledger_entry")),
    )
    op.create_index(
        "ix_ledger_entry_company_account",
        "ledger_entry",
        ["company_id", "account", "transaction_id"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_entry_invoice",
        "ledger_entry",
        ["invoice_id"],
        unique=False,
        postgresql_where=sa.text("invoice_id is not null"),
    )
    op.create_index(
        "ix_ledger_entry_payment",
        "ledger_entry",
        ["payment_id"],
        unique=False,
        postgresql_where=sa.text("payment_id is not null"),
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reopens", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("stripe_refund_id", sa.String(), nullable=True),
        sa.Column("failure_words", sa.String(), server_default="", nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('created','pending','succeeded','failed','cancelled')",
            name=op.f("ck_refund_state_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_refund_company_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_refund_idempotency_key")),
        sa.UniqueConstraint("stripe_refund_id", name=op.f("uq_refund_stripe_refund_id")),
    )
    op.create_index("ix_refund_company", "refund", ["company_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_table(
        "stripe_dispute",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_stripe_dispute_amount_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_stripe_dispute_company_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_stripe_dispute_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_dispute")),
    )
    op.create_index(op.f("ix_stripe_dispute_payment_id"), "stripe_dispute", ["payment_id"], unique=False)
    op.add_column("credit_account", sa.Column("hold_reason", sa.String(), server_default="", nullable=False))
    op.add_column("credit_account", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("credit_account", sa.Column("held_by_name", sa.String(), server_default="", nullable=False))
    op.add_column("draft", sa.Column("split_from_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_draft_split_from_id"), "draft", "draft", ["split_from_id"], ["id"])
    op.create_index(op.f("ix_draft_split_from_id"), "draft", ["split_from_id"], unique=False)
    op.add_column("draft", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("draft", sa.Column("asked_minor", sa.BigInteger(), nullable=True))
    op.add_column("draft", sa.Column("asked_names", sa.String(), server_default="", nullable=False))
    op.add_column(
        "order_line",
        sa.Column("tax_share", sa.Numeric(precision=7, scale=5), server_default="0", nullable=False),
    )
    op.add_column("order_line", sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "order_line", sa.Column("quantity_invoiced", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "order_line", sa.Column("quantity_returned", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("sales_order", sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("sales_order", sa.Column("tax_region", sa.String(), server_default="", nullable=False))
    op.add_column(
        "sales_order", sa.Column("exemption", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
