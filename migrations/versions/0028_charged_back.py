"""Charged-back payments, saved cards told apart, credit used first, differences that are acknowledged

Old code goes on working: it does not read the new columns, and what it writes meanwhile has their defaults.
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None

COLUMNS = {
    "saved_method": ("fingerprint varchar not null default ''", "suspended_at timestamptz"),
    "autopay": ("suspended_at timestamptz",),
    "payment": (
        "method_fingerprint varchar not null default ''",
        "ended_draft_id bigint",
        "return_asked_at timestamptz",
        "return_asked_by_name varchar not null default ''",
    ),
    "payment_attempt": ("declines integer not null default 0",),
    "stripe_dispute": ("answer_by timestamptz",),
    "refund": ("acknowledged_at timestamptz", "acknowledged_by_name varchar not null default ''"),
    "discrepancy": (
        "acknowledged_at timestamptz",
        "acknowledged_by_name varchar not null default ''",
        "acknowledged_reason varchar not null default ''",
    ),
    "payment_terms": (
        "use_credit boolean not null default true",
        "promises_suspend_hold boolean not null default true",
    ),
}
INDEXES = (
    "create unique index uq_saved_method_card on saved_method (company_id, fingerprint) "
    "where removed_at is null and fingerprint <> ''",
    "create index ix_stripe_dispute_company on stripe_dispute (company_id, closed_at)",
    "create index ix_refund_failed on refund (id) where state in ('failed','cancelled') and acknowledged_at is null",
    "create index ix_payment_ended_draft on payment (ended_draft_id) where ended_draft_id is not null",
)


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        added = ", ".join(f"add column {column}" for column in columns)
        op.execute(f"alter table {table} {added}")
    for index in INDEXES:
        op.execute(index)
    op.execute("alter table payment_attempt drop constraint ck_payment_attempt_purpose_known")
    op.execute(
        "alter table payment_attempt add constraint ck_payment_attempt_purpose_known "
        "check (purpose in ('invoices','draft','account','setup')) not valid"
    )
    op.execute("alter table payment_attempt validate constraint ck_payment_attempt_purpose_known")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
